import type { DatabaseOptions } from '@vibecode/platform/database';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { jobsMigration } from '@vibecode/platform/jobs/job.tables';
import { CreateCodeExecutor20261124 } from '../migrations/2026-11-24.create-code-executor.migration.ts';
import { MoveRunsToJobs20261128 } from '../migrations/2026-11-28.move-runs-to-jobs.migration.ts';
import { Execution } from './execution.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'code-executor',
  entities: [Execution, OutboxMessage],
  migrations: [
    CreateCodeExecutor20261124,
    outboxMigration('code-executor'),
    jobsMigration('code-executor'),
    MoveRunsToJobs20261128,
  ],
};
