import { useMutation } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import { useNavigate } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { RestoreVersionDocument, VersionRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';

/** Makes the files of an earlier version the newest one. Nothing is lost: the versions between stay. */
export function useRestore(projectId: string, reload: () => Promise<unknown>) {
  const text = useText();
  const navigate = useNavigate();
  const [notice, setNotice] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [send] = useMutation(RestoreVersionDocument);
  const restore = useCallback(
    (number: number) => {
      async function work() {
        const { data } = await send({ variables: { projectId, number } });
        if (!data) return;
        const made = readFragment(VersionRowFragmentDoc, data.restoreVersion);
        await reload();
        setNotice(text.versions.restored(number, made.number));
        await navigate(`/p/${projectId}`);
      }
      setNotice(null);
      setError(null);
      work().catch(setError);
    },
    [projectId, reload, send, text, navigate],
  );
  return { restore, notice, error };
}
