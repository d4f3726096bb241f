import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import { InvalidInputError } from '@vibecode/platform/errors';
import type { Viewer } from '@vibecode/platform/identity';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import { toProjectChannel } from './project.announcer.ts';
import type { Project } from './project.entity.ts';
import type { ProjectService, ProjectStores } from './project.service.ts';
import type { Version } from './version.entity.ts';

/** One change: a version, or null for a change of the project's own fields. */
export interface ProjectNews {
  readonly project: Project;
  readonly version: Version | null;
}

export interface WatchOptions {
  readonly stores: Pick<ProjectStores, 'versions'>;
  readonly projects: ProjectService;
  readonly broadcast: Broadcast;
}

const PAGE_VERSIONS = 50;

/**
 * Watches a project: its versions with greater numbers than `afterVersion`, past ones first, in order and without gaps or
 * duplicates; and live changes of its own fields. Without `afterVersion`, only new changes are reported. Ends with an error when
 * the viewer loses access.
 *
 * A broadcast is only a hint to read the database, so that a lost one is made up for by the next.
 */
export async function watchProject(
  { stores, projects, broadcast }: WatchOptions,
  viewer: Viewer | null,
  { projectId, afterVersion, signal }: { projectId: string; afterVersion: number | null; signal: AbortSignal },
): Promise<AsyncIterableIterator<ProjectNews>> {
  if (afterVersion !== null && afterVersion < 0) {
    throw new InvalidInputError('afterVersion', `'afterVersion' is ${afterVersion}; expected the number of a version.`);
  }
  // Refused before the subscription starts, rather than by its first event.
  const { project } = await projects.authorize(viewer, projectId, 'VIEWER');
  const startAfter = afterVersion ?? project.headNumber;
  return toStoppable((stopped) => follow(stopped), signal);

  async function* follow(stopped: AbortSignal): AsyncGenerator<ProjectNews, void, undefined> {
    let awake = Promise.withResolvers<void>();
    let fieldsChanged = false;
    const wakeUp = () => awake.resolve();
    const onMessage = (kind: string) => {
      if (kind === 'fields') fieldsChanged = true;
      wakeUp();
    };
    stopped.addEventListener('abort', wakeUp, { once: true });
    await using _subscription = await broadcast.subscribe(toProjectChannel(projectId), onMessage, wakeUp);
    let cursor = startAfter;
    while (!stopped.aborted) {
      awake = Promise.withResolvers();
      const tellFields = fieldsChanged;
      fieldsChanged = false;
      const { project } = await projects.authorize(viewer, projectId, 'VIEWER');
      if (tellFields) yield { project, version: null };
      while (cursor < project.headNumber) {
        const versions = await stores.versions.findAfter(project, cursor, PAGE_VERSIONS);
        for (const version of versions) {
          if (stopped.aborted) return;
          cursor = version.number;
          yield { project, version };
        }
        if (versions.length === 0) break;
      }
      // An abort before this line has resolved this round's promise, or is visible in the condition.
      if (!stopped.aborted) await awake.promise;
    }
  }
}
