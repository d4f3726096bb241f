import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { RetryLink } from '@apollo/client/link/retry';
import { from, switchMap } from 'rxjs';
import { isUnauthenticated, toRefusal } from './refusal.ts';
import { refreshSession, tellSessionEnded } from './session.refresh.ts';

const MAX_TRIES = 4;
const FIRST_DELAY_MS = 400;

/** Signs in the session again when its short token has run out, once for each operation. */
const refreshLink = new ErrorLink(({ error, operation, forward }) => {
  if (!isUnauthenticated(error) || operation.getContext().refreshed) return undefined;
  operation.setContext({ refreshed: true });
  return from(refreshSession()).pipe(
    switchMap((isSignedIn) => {
      if (!isSignedIn) {
        if (operation.operationName !== 'Me') tellSessionEnded();
        throw error;
      }
      return forward(operation);
    }),
  );
});

/** Queries go again when nothing answered; a mutation may have happened, so its owner decides. */
const retryLink = new RetryLink({
  delay: { initial: FIRST_DELAY_MS, jitter: true },
  attempts: {
    max: MAX_TRIES,
    retryIf: (error, { query }) =>
      toRefusal(error).code === 'OFFLINE' &&
      query.definitions.some((part) => part.kind === 'OperationDefinition' && part.operation === 'query'),
  },
});

/** The session is a cookie that no script can read; `content-type: application/json` passes the gateway's CSRF check. */
export function createApiClient(): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.from([refreshLink, retryLink, new HttpLink({ uri: '/graphql' })]),
    cache: new InMemoryCache({
      typePolicies: {
        File: { keyFields: false },
        FileChange: { keyFields: false },
        Template: { keyFields: ['id'] },
        User: { fields: { quota: { merge: true } } },
      },
    }),
    clientAwareness: { name: 'web' },
    // What is asked for after a mutation must not be answered by a question that was on its way before it.
    queryDeduplication: false,
  });
}
