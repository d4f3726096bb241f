import { useMutation } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import { useNavigate } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { RestoreVersionDocument, VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';

/** Makes the files of an earlier version the newest one. Nothing is lost: the versions between stay. */
export function useRestore(projectId: string, reload: () => Promise<unknown>) {
  const text = useText();
  const navigate = useNavigate();
  const [notice, setNotice] = useState<string | null>(null);
  const [send] = useMutation(RestoreVersionDocument);
  const change = useAction(async (number: number) => {
    setNotice(null);
    const { data } = await send({ variables: { projectId, number } });
    if (!data) return;
    const made = readFragment(VersionRowFragmentDoc, data.restoreVersion);
    await reload();
    setNotice(text.versions.restored(number, made.number));
    await navigate(`/p/${projectId}`);
  });
  const restore = useCallback((number: number) => void change.run(number), [change.run]);
  return { restore, notice, change };
}
