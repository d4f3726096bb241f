import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Viewer } from '@vibecode/platform/identity';
import type { JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import type { Generation } from './generation.entity.ts';
import { findVisibleByIds } from './generation.repository.ts';
import type { GenerationService } from './generation.service.ts';
import type { ModelRegistry } from './models/model.registry.ts';
import type { ReviewService } from './review.service.ts';
import { canRead } from './scope.ts';
import type { GenerationStep } from './step.entity.ts';
import { findStepsOf } from './step.repository.ts';
import type { Template } from './template.entity.ts';
import { findVisibleTemplates } from './template.repository.ts';
import type { TemplateSearch } from './template.search.ts';
import type { TemplateService } from './template.service.ts';

/** Batches what one operation asks for. */
interface GenerationLoaders {
  /** By id; null for what is missing or not the viewer's to see. */
  readonly generation: DataLoader<string, Generation | null>;
  /** The same. */
  readonly template: DataLoader<string, Template | null>;
  /** By generation id. */
  readonly steps: DataLoader<string, GenerationStep[]>;
  /** By generation id; null for one that does not wait. */
  readonly queuePosition: DataLoader<string, number | null>;
}

export interface GenerationServices {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly queue: JobQueue;
  readonly log: Logger;
  readonly generations: GenerationService;
  readonly reviews: ReviewService;
  readonly search: TemplateSearch;
  readonly templates: TemplateService;
  readonly registry: ModelRegistry;
}

export interface GenerationContext extends OperationContext, GenerationServices {
  readonly em: EntityManager;
  readonly loaders: GenerationLoaders;
}

export function createGenerationContext(services: GenerationServices, operation: OperationContext): GenerationContext {
  const em = services.orm.em.fork();
  return { ...operation, ...services, em, loaders: createLoaders(em, services.queue, operation.viewer) };
}

function createLoaders(em: EntityManager, queue: JobQueue, viewer: Viewer | null): GenerationLoaders {
  return {
    generation: new DataLoader(async (ids) => {
      if (!canRead(viewer)) return ids.map(() => null);
      const found = await findVisibleByIds(em, ids, viewer.role === 'ADMIN' ? null : viewer.userId);
      const byId = new Map(found.map((generation) => [generation.id, generation]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    template: new DataLoader(async (ids) => {
      const found = await findVisibleTemplates(em, ids, canRead(viewer) ? viewer.userId : null);
      const byId = new Map(found.map((template) => [template.id, template]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    steps: new DataLoader(async (ids) => {
      const found = await findStepsOf(em, ids);
      return ids.map((id) => found.get(id) ?? []);
    }),
    queuePosition: new DataLoader(async (ids) => {
      const positions = await queue.findPositions(em, ids);
      return ids.map((id) => positions.get(id) ?? null);
    }),
  };
}
