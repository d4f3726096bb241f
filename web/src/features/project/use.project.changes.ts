import { useEffect, useRef } from 'react';
import { follow } from '../../api/follow.ts';
import { ProjectChangedDocument } from '../../api/generated/graphql.ts';

/** Asks for the project again whenever it changed, here or anywhere else. */
export function useProjectChanges(projectId: string, head: number, reload: () => Promise<unknown>): void {
  const current = useRef({ head, reload });
  current.current = { head, reload };
  useEffect(() => {
    let seen = current.current.head;
    return follow({
      document: ProjectChangedDocument,
      variables: () => ({ projectId, afterVersion: seen }),
      onEvent: ({ projectChanged: { version } }) => {
        if (!version) return;
        seen = Math.max(seen, version.number);
        // What was saved from this page is known already.
        if (version.number > current.current.head) void current.current.reload().catch(() => undefined);
      },
    });
  }, [projectId]);
}
