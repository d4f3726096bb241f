import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import type { Logger } from '@vibecode/platform/log';

/** Notifies a project's watchers of a change. They read the change from the documents. */
export interface ProjectAnnouncer {
  announce(projectId: string, kind: 'version' | 'fields'): void;
}

export function toProjectChannel(projectId: string): string {
  return `project.changed:${projectId}`;
}

/** @param onChange wakes the relay of events */
export function createAnnouncer(broadcast: Broadcast, onChange: () => void, log: Logger): ProjectAnnouncer {
  return {
    announce(projectId, kind) {
      onChange();
      broadcast.publish(toProjectChannel(projectId), kind).catch((error) => {
        // The change itself is stored. Watchers see it at the next notification, or when they subscribe again.
        log.warn({ action: 'project.announce-failed', projectId, error }, 'Watchers could not be notified of a change');
      });
    },
  };
}
