import { Migration } from '@mikro-orm/migrations';

/** A hold that has expired is placed again within the same budget. */
export class HoldBudgets20261128 extends Migration {
  override up(): void {
    this.addSql('alter table billing.hold add column budget_tokens bigint');
  }
}
