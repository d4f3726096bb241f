import type { EntityManager } from '@mikro-orm/postgresql';
import { Execution, ExecutionStatus } from './execution.entity.ts';

/** A run that a worker has claimed. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
}

/** @returns the runs in the order of the ids; null for a run that is missing or belongs to another user */
export async function findExecutions(
  em: EntityManager,
  ownerId: string,
  ids: readonly string[],
): Promise<(Execution | null)[]> {
  const found = await em.find(Execution, { id: { $in: [...ids] }, ownerId });
  const byId = new Map(found.map((execution) => [execution.id, execution]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** @returns the owner's latest run of each version, in the order of the version ids */
export async function findLastRuns(
  em: EntityManager,
  ownerId: string,
  versionIds: readonly string[],
): Promise<(Execution | null)[]> {
  const rows: { id: string }[] = await em.execute(
    `select distinct on (version_id) id from code_executor.execution
     where version_id in (${versionIds.map(() => '?').join(', ')}) and owner_id = ? order by version_id, created_at desc, id desc`,
    [...versionIds, ownerId],
  );
  const found = await em.find(Execution, { id: { $in: rows.map(({ id }) => id) } });
  const byVersion = new Map(found.map((execution) => [execution.versionId, execution]));
  return versionIds.map((id) => byVersion.get(id) ?? null);
}

export async function countQueued(em: EntityManager, ownerId: string): Promise<{ all: number; own: number }> {
  const [row] = await em.execute<{ all: string; own: string }[]>(
    `select count(*) as all, count(*) filter (where owner_id = ?) as own
     from code_executor.execution where status = 'QUEUED'`,
    [ownerId],
  );
  return { all: Number(row?.all ?? 0), own: Number(row?.own ?? 0) };
}

/**
 * Claims the next run of the queue. The order is fair between users: first the user with the fewest running programs, then the
 * one who was served longest ago. Each user's runs keep their order.
 */
export async function claimNext(em: EntityManager, leaseMs: number): Promise<Claim | null> {
  const [claim] = await em.execute<Claim[]>(
    `update code_executor.execution set status = 'RUNNING', epoch = epoch + 1, started_at = clock_timestamp(),
       lease_until = clock_timestamp() + ? * interval '1 millisecond'
     where id = (
       select queued.id from code_executor.execution queued
       where queued.status = 'QUEUED'
       order by
         (select count(*) from code_executor.execution running
          where running.owner_id = queued.owner_id and running.status = 'RUNNING'),
         (select max(served.started_at) from code_executor.execution served
          where served.owner_id = queued.owner_id) nulls first,
         queued.created_at, queued.id
       limit 1 for update skip locked)
     returning id, epoch`,
    [leaseMs],
  );
  return claim ?? null;
}

/** Claims a run whose worker has died. */
export async function claimAbandoned(em: EntityManager, leaseMs: number): Promise<Claim | null> {
  const [claim] = await em.execute<Claim[]>(
    `update code_executor.execution set epoch = epoch + 1, lease_until = clock_timestamp() + ? * interval '1 millisecond'
     where id = (
       select id from code_executor.execution
       where status = 'RUNNING' and lease_until < clock_timestamp() limit 1 for update skip locked)
     returning id, epoch`,
    [leaseMs],
  );
  return claim ?? null;
}

/** Renews a claim's lease. @returns whether the claim still owns the run, and whether the run should be stopped */
export async function renewLease(
  em: EntityManager,
  { id, epoch }: Claim,
  leaseMs: number,
): Promise<'held' | 'cancel' | 'lost'> {
  const [row] = await em.execute<{ cancel_requested: boolean }[]>(
    `update code_executor.execution set lease_until = clock_timestamp() + ? * interval '1 millisecond'
     where id = ? and epoch = ? and status = 'RUNNING' returning cancel_requested`,
    [leaseMs, id, epoch],
  );
  if (!row) return 'lost';
  return row.cancel_requested ? 'cancel' : 'held';
}

/** Requests that the worker stops a running execution. */
export async function requestCancel(em: EntityManager, id: string): Promise<void> {
  await em.nativeUpdate(Execution, { id, status: ExecutionStatus.RUNNING }, { cancelRequested: true });
}
