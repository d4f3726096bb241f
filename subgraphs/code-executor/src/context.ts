import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import type { Execution } from './execution.entity.ts';
import { findExecutions, findLastRuns } from './execution.repository.ts';
import type { ExecutionService } from './execution.service.ts';

export interface ExecutorContext extends OperationContext {
  readonly em: EntityManager;
  readonly service: ExecutionService;
  readonly streamLog: StreamLog;
  /** Only the viewer's own runs. */
  readonly executions: DataLoader<string, Execution | null>;
  /** By version id. */
  readonly lastRuns: DataLoader<string, Execution | null>;
}

export function createExecutorContext(
  orm: MikroORM,
  service: ExecutionService,
  streamLog: StreamLog,
  operation: OperationContext,
): ExecutorContext {
  const em = orm.em.fork();
  const owner = operation.viewer?.userId;
  return {
    ...operation,
    em,
    service,
    streamLog,
    executions: new DataLoader(async (ids) => (owner ? findExecutions(em, owner, ids) : ids.map(() => null))),
    lastRuns: new DataLoader(async (ids) => (owner ? findLastRuns(em, owner, ids) : ids.map(() => null))),
  };
}
