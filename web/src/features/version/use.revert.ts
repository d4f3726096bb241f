import { useApolloClient } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import { FileAtHeadDocument, FileBytesDocument, SaveFilesDocument } from '../../api/generated/graphql.ts';
import { newId } from '../../app/new.id.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { findFile } from '../file/find.file.ts';

/** One file put back as it was in an earlier version. All others stay; it becomes a version like any change. */
export function useRevert(projectId: string, reload: () => Promise<unknown>) {
  const text = useText();
  const client = useApolloClient();
  const [notice, setNotice] = useState<string | null>(null);
  const change = useAction(async (path: string, version: number) => {
    setNotice(null);
    const [now, wanted] = await Promise.all([
      findFile(client, FileAtHeadDocument, { projectId, path }),
      findFile(client, FileBytesDocument, { projectId, path, version }),
    ]);
    const current = now?.file ?? null;
    const old = wanted?.file ?? null;
    if ((current?.sha256 ?? null) === (old?.sha256 ?? null)) {
      setNotice(text.versions.revertNothing(path, version));
      return;
    }
    // Whatever changes the file between the look and the change is a refusal, never a loss.
    const guard = current ? { ifSha256: current.sha256 } : {};
    const written = old
      ? { operation: 'WRITE' as const, path, contentBase64: old.contentBase64, ...guard }
      : { operation: 'DELETE' as const, path, ...guard };
    const baseVersion = now?.head.number ?? 0;
    const message = text.versions.revertMessage(path, version);
    const input = { projectId, baseVersion, message, changes: [written], idempotencyKey: newId() };
    await client.mutate({ mutation: SaveFilesDocument, variables: { input } });
    await reload();
    setNotice(text.versions.reverted(path, version));
  });
  const revert = useCallback((path: string, version: number) => void change.run(path, version), [change.run]);
  return { revert, notice, change };
}
