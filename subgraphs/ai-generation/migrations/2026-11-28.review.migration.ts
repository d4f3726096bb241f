import { Migration } from '@mikro-orm/migrations';

export class Review20261128 extends Migration {
  override up(): void {
    this.addSql('alter table ai_generation.generation drop constraint generation_status_check');
    this.addSql(`alter table ai_generation.generation add constraint generation_status_check
      check (status in ('QUEUED', 'RETRIEVING', 'STREAMING', 'REVIEW', 'APPLYING', 'COMPLETED', 'FAILED', 'CANCELLED'))`);
    this.addSql(`alter table ai_generation.generation
      add column left_alone jsonb not null default '[]',
      add column review boolean not null default false,
      add column reviewed_at timestamptz,
      add column review_expires_at timestamptz,
      add column accepted_paths jsonb,
      add column refusal jsonb`);
    this.addSql(
      `create index generation_review on ai_generation.generation (review_expires_at) where status = 'REVIEW'`,
    );
    // The whole text of each file before and after, so that a project that changed meanwhile can be merged.
    this.addSql(`create table ai_generation.proposed_change (
      generation_id uuid not null references ai_generation.generation (id) on delete cascade,
      path text not null,
      before text,
      after text,
      primary key (generation_id, path)
    )`);
    // What a model is to see, in base64, until it has answered.
    this.addSql(`create table ai_generation.generation_image (
      generation_id uuid not null references ai_generation.generation (id) on delete cascade,
      position int not null,
      type text not null,
      base64 text not null,
      primary key (generation_id, position)
    )`);
    this.addSql(`create function ai_generation.drop_images() returns trigger language plpgsql as $$
      begin
        delete from ai_generation.generation_image where generation_id = new.id;
        return null;
      end $$`);
    this.addSql(`create trigger generation_answered after update of status on ai_generation.generation
      for each row when (new.status not in ('QUEUED', 'RETRIEVING', 'STREAMING') and old.status is distinct from new.status)
      execute function ai_generation.drop_images()`);
    // Not kept longer than needed, however a generation ends.
    this.addSql(`create function ai_generation.drop_proposed_changes() returns trigger language plpgsql as $$
      begin
        delete from ai_generation.proposed_change where generation_id = new.id;
        return null;
      end $$`);
    this.addSql(`create trigger generation_ended after update of finished_at on ai_generation.generation
      for each row when (old.finished_at is null and new.finished_at is not null)
      execute function ai_generation.drop_proposed_changes()`);
  }
}
