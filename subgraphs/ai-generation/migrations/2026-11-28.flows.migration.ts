import { Migration } from '@mikro-orm/migrations';

export class Flows20261128 extends Migration {
  override up(): void {
    this.addSql(`alter table ai_generation.generation
      add column flow text not null default 'SINGLE' check (flow in ('SINGLE', 'STEPS')),
      add column max_repairs int not null default 0,
      add column repairs int not null default 0,
      add column delimiter text,
      add column conclusion jsonb,
      add column cut jsonb`);
    // A call of the model that is one of several. What it made is kept until the generation has ended.
    this.addSql(`create table ai_generation.generation_step (
      generation_id uuid not null references ai_generation.generation (id) on delete cascade,
      position int not null,
      name text not null,
      number int not null,
      total int not null,
      status text not null,
      prompt_tokens int not null default 0,
      completion_tokens int not null default 0,
      started_at timestamptz,
      finished_at timestamptz,
      text text,
      changes jsonb,
      left_alone jsonb not null default '[]',
      primary key (generation_id, position)
    )`);
    this.addSql(`create function ai_generation.end_steps() returns trigger language plpgsql as $$
      begin
        update ai_generation.generation_step set text = null, changes = null,
            status = case when status in ('QUEUED', 'STREAMING') then 'CANCELLED' else status end,
            finished_at = case when status = 'STREAMING' then new.finished_at else finished_at end
          where generation_id = new.id;
        return null;
      end $$`);
    this.addSql(`create trigger generation_steps_ended after update of finished_at on ai_generation.generation
      for each row when (old.finished_at is null and new.finished_at is not null)
      execute function ai_generation.end_steps()`);
  }
}
