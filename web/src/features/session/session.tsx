import { useApolloClient, useQuery } from '@apollo/client/react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo } from 'react';
import { reconnect } from '../../api/follow.ts';
import { LogoutDocument, MeDocument, type MeQuery } from '../../api/generated/graphql.ts';
import { isUnauthenticated } from '../../api/refusal.ts';
import { onSessionEnded } from '../../api/session.refresh.ts';
import { dropAllDrafts } from '../../app/drafts.ts';
import { type Action, useAction } from '../../app/use.action.ts';
import { forgetOwnTemplates } from '../template/own.templates.ts';

type Me = MeQuery['me'];

export interface Session {
  /** `unknown` until the first answer, and when the server does not answer at all. */
  readonly state: 'unknown' | 'in' | 'out';
  readonly me: Me | null;
  /** Why the session is not known. */
  readonly error: unknown;
  /** After the cookies have changed. Resolves when the session is known. */
  refresh(): Promise<void>;
  /** Its failure is shown on top of every page. */
  readonly signOut: Action<[]>;
  /** Signs in as the demo account, where the installation has that. */
  signInAsDemo(): Promise<void>;
}

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(MeDocument, { errorPolicy: 'all', fetchPolicy: 'cache-and-network' });
  const isOut = isUnauthenticated(error);
  // What the query says of it is the state of the session.
  useEffect(() => onSessionEnded(() => void refetch().catch(() => undefined)), [refetch]);

  const refresh = useCallback(async () => {
    reconnect();
    await client.clearStore();
    await refetch();
  }, [client, refetch]);

  const signOut = useAction(async () => {
    await client.mutate({ mutation: LogoutDocument });
    await dropAllDrafts();
    forgetOwnTemplates();
    await refresh();
  });
  const session = useMemo<Session>(
    () => ({
      state: isOut ? 'out' : data?.me ? 'in' : 'unknown',
      me: data?.me ?? null,
      error: isOut ? null : error,
      refresh,
      signOut,
      async signInAsDemo() {
        const response = await fetch('/demo', { method: 'POST', headers: { 'content-type': 'application/json' } });
        if (!response.ok) throw new Error((await response.text()) || `status ${response.status}`);
        await refresh();
      },
    }),
    [data, error, isOut, refresh, signOut],
  );
  return <Context value={session}>{children}</Context>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('useSession needs a SessionProvider above it.');
  return session;
}
