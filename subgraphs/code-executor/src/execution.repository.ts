import type { EntityManager } from '@mikro-orm/postgresql';
import { Execution } from './execution.entity.ts';

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

/** Takes a run as begun, when a worker has. */
export async function markRunning(em: EntityManager, id: string): Promise<void> {
  await em.execute(
    `update code_executor.execution set status = 'RUNNING', started_at = coalesce(started_at, clock_timestamp())
     where id = ?`,
    [id],
  );
}

/** Deletes finished runs of before a time, as many as one statement should; returns how many. */
export async function deleteFinishedBefore(em: EntityManager, before: Date, limit: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `delete from code_executor.execution where id in (
       select id from code_executor.execution where status = 'FINISHED' and finished_at < ? limit ?) returning id`,
    [before, limit],
  );
  return rows.length;
}
