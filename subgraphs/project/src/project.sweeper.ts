import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { LEFTOVER_AGE_MS } from './changeset.service.ts';
import type { ProjectStores } from './project.service.ts';
import type { Version } from './version.entity.ts';

const SWEEP_INTERVAL_MS = 10 * 60_000;
const BATCH = 100;

/** Sweeps at intervals, first at the start. */
export function startSweeper(stores: ProjectStores, log: Logger): AsyncDisposable {
  return startInterval('project.sweep', SWEEP_INTERVAL_MS, () => sweep(stores, new Date()), log);
}

/** Removes the data of deleted projects and the leftovers of failed attempts to create a version. Idempotent. */
export async function sweep(stores: ProjectStores, now: Date): Promise<void> {
  for (const id of await stores.projects.findDeleted(BATCH)) {
    await removeContents(stores, id);
    // The document is deleted last, so that an interrupted sweep is repeated.
    await stores.projects.purge(id);
  }
  const before = new Date(now.getTime() - LEFTOVER_AGE_MS);
  for (const version of await stores.versions.findUnconfirmed(before, BATCH)) {
    await sweepVersion(stores, version, before);
  }
}

async function sweepVersion(stores: ProjectStores, version: Version, before: Date): Promise<void> {
  const { id, projectId } = version;
  const head = await stores.projects.findHead(projectId);
  if (!head) {
    await removeContents(stores, projectId);
  } else if (head.headId === id) {
    await stores.versions.confirm(id);
  } else {
    const [tree, used] = await Promise.all([stores.versions.findTree(id), stores.versions.findUsedContents(projectId)]);
    // The head's files are in use even if the head is not confirmed yet.
    const headTree = await stores.versions.findTree(head.headId);
    for (const [, file] of headTree?.entries() ?? []) used.add(file.sha256);
    const unused = new Set(
      (tree?.entries() ?? []).map(([, file]) => file.sha256).filter((sha256) => !used.has(sha256)),
    );
    await stores.blobs.sweep(projectId, unused, before);
    await stores.versions.delete(id);
  }
}

async function removeContents({ blobs, versions }: ProjectStores, projectId: string): Promise<void> {
  await blobs.deleteByProject(projectId);
  await versions.deleteByProject(projectId);
}
