import type { DatabaseOptions } from '@vibecode/platform/database';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { CreateCodeExecutor20261124 } from '../migrations/2026-11-24.create-code-executor.migration.ts';
import { Execution } from './execution.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'code-executor',
  entities: [Execution, OutboxMessage],
  migrations: [CreateCodeExecutor20261124, outboxMigration('code-executor')],
};
