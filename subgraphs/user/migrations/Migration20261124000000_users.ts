import { Migration } from '@mikro-orm/migrations';

export class Migration20261124000000_users extends Migration {
  override up(): void {
    this.addSql(`create table "user"."user" (
      "id" uuid primary key,
      "email" text not null unique,
      "display_name" text not null,
      "bio" text,
      "avatar_url" text,
      "role" text not null default 'USER' check ("role" in ('USER', 'ADMIN')),
      "created_at" timestamptz not null,
      "updated_at" timestamptz not null
    )`);
  }
}
