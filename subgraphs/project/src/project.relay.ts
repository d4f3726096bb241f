import type { EventBus } from '@vibecode/platform/events/bus';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import type { ProjectStores } from './project.service.ts';

export interface ProjectRelayOptions {
  readonly stores: ProjectStores;
  readonly bus: EventBus;
  readonly log: Logger;
  /** Longest time an event waits when nothing wakes the relay, as after a crash. Default 5 s. */
  readonly pollIntervalMs?: number;
  /** Default `() => new Date()`. */
  readonly now?: () => Date;
}

export interface ProjectRelay extends AsyncDisposable {
  /** Publishes what waits, soon. */
  wake(): void;
  /** Publishes what waits. Resolves when nothing does. */
  publish(): Promise<void>;
}

const BATCH = 100;
/** A head that is not confirmed by then has lost the writer that was to do it. */
const CONFIRM_AGE_MS = 10_000;

/**
 * Publishes the events that ride in the documents, and marks them. At least once: a crash between the two, or two
 * instances at once, publish an event again under the same id. A version is confirmed before the next one is begun, so
 * in each project the first delivery of every version comes in order.
 */
export function startProjectRelay(options: ProjectRelayOptions): ProjectRelay {
  const { stores, bus, log, pollIntervalMs = 5_000, now = () => new Date() } = options;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  async function publishVersions(): Promise<void> {
    for (let full = true; full && !stopped; ) {
      const waiting = await stores.versions.findEvents(BATCH);
      await bus.publish(waiting.map(({ event }) => event));
      for (const { versionId } of waiting) await stores.versions.markPublished(versionId);
      full = waiting.length === BATCH;
    }
  }

  async function publishFields(): Promise<void> {
    for (let full = true; full && !stopped; ) {
      const waiting = await stores.projects.findEvents(BATCH);
      await bus.publish(waiting.map(({ event }) => event));
      for (const { projectId, event } of waiting) await stores.projects.markPublished(projectId, event.id);
      full = waiting.length === BATCH;
    }
  }

  /** After a crash between the moving of a head and its confirmation. */
  async function confirmHeads(): Promise<void> {
    const before = new Date(now().getTime() - CONFIRM_AGE_MS);
    for (const version of await stores.versions.findUnconfirmed(before, BATCH)) {
      const head = await stores.projects.findHead(version.projectId);
      if (head?.headId === version.id) await stores.versions.confirm(version.id);
    }
  }

  /** One run at a time; whoever asks during a run gets another one after it. */
  function publish(): Promise<void> {
    again = true;
    running ??= (async () => {
      try {
        while (again && !stopped) {
          again = false;
          await publishVersions();
          await publishFields();
        }
      } finally {
        running = null;
      }
    })();
    return running;
  }

  const poll = startInterval(
    'project.relay',
    pollIntervalMs,
    async () => {
      await confirmHeads();
      await publish();
    },
    log,
  );

  return {
    publish,
    wake() {
      publish().catch((error) => log.warn({ action: 'project.relay', error }, 'Events wait for the next attempt'));
    },
    async [Symbol.asyncDispose]() {
      stopped = true;
      await poll[Symbol.asyncDispose]();
      // Whoever started the run has logged its failure, and its events are published after the next start.
      await running?.catch(() => undefined);
    },
  };
}
