import { Migration } from '@mikro-orm/migrations';

export class KeepChanges20261128 extends Migration {
  override up(): void {
    // What an answer changes, while it is being applied.
    this.addSql('alter table ai_generation.generation add column changes jsonb');
  }
}
