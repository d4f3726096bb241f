import { Migration } from '@mikro-orm/migrations';

export class ChosenContext20261128 extends Migration {
  override up(): void {
    this.addSql(`alter table ai_generation.generation
      add column chosen_paths jsonb not null default '[]', add column chosen_tokens int not null default 0`);
  }
}
