import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import type { Logger } from '@vibecode/platform/log';

/** Tells everybody who watches a project that there is something to look at. The facts are in the documents. */
export interface ProjectAnnouncer {
  announce(projectId: string, what: 'version' | 'fields'): void;
}

export function toProjectChannel(projectId: string): string {
  return `project.changed:${projectId}`;
}

/** @param onChange wakes what publishes events */
export function createAnnouncer(broadcast: Broadcast, onChange: () => void, log: Logger): ProjectAnnouncer {
  return {
    announce(projectId, what) {
      onChange();
      broadcast.publish(toProjectChannel(projectId), what).catch((error) => {
        // The change is made all the same. Watchers hear of it with the next one, or when they ask again.
        log.warn({ action: 'project.announce-failed', projectId, error }, 'Watchers were not told of a change');
      });
    },
  };
}
