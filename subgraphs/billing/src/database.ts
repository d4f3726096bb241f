import type { DatabaseOptions } from '@vibecode/platform/database';
import { InboxMessage, inboxMigration } from '@vibecode/platform/events/inbox';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { BudgetApiKeys20261124 } from '../migrations/2026-11-24.budget-api-keys.migration.ts';
import { CreateBilling20261124 } from '../migrations/2026-11-24.create-billing.migration.ts';
import { HoldBudgets20261128 } from '../migrations/2026-11-28.hold-budgets.migration.ts';
import { Account } from './account.entity.ts';
import { Hold } from './hold.entity.ts';
import { ModelPrice } from './model-price.entity.ts';
import { Plan } from './plan.entity.ts';
import { Usage } from './usage.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'billing',
  entities: [Plan, ModelPrice, Account, Hold, Usage, OutboxMessage, InboxMessage],
  migrations: [
    CreateBilling20261124,
    outboxMigration('billing'),
    inboxMigration('billing'),
    BudgetApiKeys20261124,
    HoldBudgets20261128,
  ],
};
