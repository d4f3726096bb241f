import type { DatabaseOptions } from '@vibecode/platform/database';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { jobsMigration } from '@vibecode/platform/jobs/job.tables';
import { CreateAiGeneration20261124 } from '../migrations/2026-11-24.create-ai-generation.migration.ts';
import { ChosenContext20261128 } from '../migrations/2026-11-28.chosen-context.migration.ts';
import { EmbeddingSpaces20261128 } from '../migrations/2026-11-28.embedding-spaces.migration.ts';
import { Flows20261128 } from '../migrations/2026-11-28.flows.migration.ts';
import { KeepChanges20261128 } from '../migrations/2026-11-28.keep-changes.migration.ts';
import { MoveGenerationsToJobs20261128 } from '../migrations/2026-11-28.move-generations-to-jobs.migration.ts';
import { OwnTemplates20261128 } from '../migrations/2026-11-28.own-templates.migration.ts';
import { Review20261128 } from '../migrations/2026-11-28.review.migration.ts';
import { Generation } from './generation.entity.ts';
import { Template } from './template.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'ai-generation',
  entities: [Generation, Template, OutboxMessage],
  migrations: [
    CreateAiGeneration20261124,
    outboxMigration('ai-generation'),
    KeepChanges20261128,
    EmbeddingSpaces20261128,
    jobsMigration('ai-generation'),
    MoveGenerationsToJobs20261128,
    Review20261128,
    OwnTemplates20261128,
    ChosenContext20261128,
    Flows20261128,
  ],
};
