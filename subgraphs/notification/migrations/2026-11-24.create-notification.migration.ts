import { Migration } from '@mikro-orm/migrations';

export class CreateNotification20261124 extends Migration {
  override up(): void {
    this.addSql(`create table notification.notification (
      id uuid primary key,
      user_id uuid not null,
      topic text not null,
      title text not null,
      body text not null,
      generation_id uuid,
      created_at timestamptz not null,
      read_at timestamptz
    )`);
    this.addSql('create unique index notification_by_user on notification.notification (user_id, id)');
    this.addSql('create index notification_unread on notification.notification (user_id, id) where read_at is null');
    this.addSql(`create table notification.preference (
      user_id uuid not null,
      topic text not null,
      channel text not null check (channel in ('INBOX', 'EMAIL', 'WEBHOOK')),
      enabled boolean not null,
      primary key (user_id, topic, channel)
    )`);
  }
}
