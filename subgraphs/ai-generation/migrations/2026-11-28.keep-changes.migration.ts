import { Migration } from '@mikro-orm/migrations';

export class KeepChanges20261128 extends Migration {
  override up(): void {
    // What an answer changes, while it is being applied.
    this.addSql('alter table ai_generation.generation add column changes jsonb');
    // Files of the project that the prompt held.
    this.addSql("alter table ai_generation.generation add column context_paths jsonb not null default '[]'");
  }
}
