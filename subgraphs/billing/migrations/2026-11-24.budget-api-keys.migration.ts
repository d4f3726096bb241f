import { Migration } from '@mikro-orm/migrations';

export class BudgetApiKeys20261124 extends Migration {
  override up(): void {
    this.addSql('alter table billing.hold add column api_key_id uuid');
    this.addSql('create index hold_by_api_key on billing.hold (api_key_id) where api_key_id is not null');
  }
}
