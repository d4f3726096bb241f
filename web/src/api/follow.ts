import type { TypedDocumentNode } from '@apollo/client';
import { addTypenameToDocument } from '@apollo/client/utilities';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';
import { refreshSession } from './session.refresh.ts';

/** `live` while events can come; `lost` from the moment the connection breaks until it is there again. */
type Connection = 'live' | 'lost';

export interface FollowOptions<Data, Variables extends Record<string, unknown>> {
  readonly document: TypedDocumentNode<Data, Variables>;
  /** Asked for at each connection, so that it goes on behind the last event that came. */
  readonly variables: () => Variables;
  readonly onEvent: (event: Data) => void;
  readonly onConnection?: (connection: Connection) => void;
  /** The stream has come to its own end. */
  readonly onEnd?: () => void;
  /** The server refuses the stream for good. */
  readonly onRefused?: (errors: readonly { readonly message: string }[]) => void;
}

const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 8_000;
/** After these the same stream is asked for again, from where it stood. */
const RESUMABLE = new Set(['UNAUTHENTICATED', 'SUBSCRIPTION_JWT_EXPIRED', 'SUBSCRIPTION_TOO_SLOW']);

let shared: Promise<Client> | null = null;

/** One socket for all streams of the page. The first page shows none, so the protocol is loaded with the first stream. */
function socket(): Promise<Client> {
  shared ??= import('./socket.ts').then(({ createSocket }) => createSocket());
  shared.catch(() => {
    // Nothing answered when it was to be loaded; the next try loads it again.
    shared = null;
  });
  return shared;
}

/** The cookies have changed: streams connect again as whoever is signed in now. */
export function reconnect(): void {
  void shared?.then((client) => client.terminate());
}

/** Follows a subscription through lost connections and sessions that run out. @returns how to stop */
export function follow<Data, Variables extends Record<string, unknown>>(
  options: FollowOptions<Data, Variables>,
): () => void {
  const stopped = new AbortController();
  void run(options, stopped.signal);
  return () => stopped.abort();
}

async function run<Data, Variables extends Record<string, unknown>>(
  options: FollowOptions<Data, Variables>,
  signal: AbortSignal,
): Promise<void> {
  let delayMs = FIRST_DELAY_MS;
  while (!signal.aborted) {
    const end = await runOnce(options, signal, () => {
      delayMs = FIRST_DELAY_MS;
    });
    if (signal.aborted) return;
    if (end.kind === 'complete') return options.onEnd?.();
    if (end.kind === 'refused') {
      const code = end.errors[0]?.extensions?.code;
      if (typeof code !== 'string' || !RESUMABLE.has(code)) return options.onRefused?.(end.errors);
      if (code !== 'SUBSCRIPTION_TOO_SLOW') {
        // Without a new session the refusal stands.
        if (!(await refreshSession().catch(() => false))) return options.onRefused?.(end.errors);
        reconnect();
      }
      continue;
    }
    options.onConnection?.('lost');
    await waitBeforeRetry(delayMs, signal);
    delayMs = Math.min(delayMs * 2, LAST_DELAY_MS);
  }
}

type Failure = { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> };
type End =
  | { readonly kind: 'complete' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly errors: readonly Failure[] };

async function runOnce<Data, Variables extends Record<string, unknown>>(
  options: FollowOptions<Data, Variables>,
  signal: AbortSignal,
  onAlive: () => void,
): Promise<End> {
  // It is tried again until it comes.
  const client = await socket().catch(() => null);
  if (!client || signal.aborted) return { kind: 'lost' };
  return subscribeOnce(client, options, signal, onAlive);
}

function subscribeOnce<Data, Variables extends Record<string, unknown>>(
  client: Client,
  { document, variables, onEvent, onConnection }: FollowOptions<Data, Variables>,
  signal: AbortSignal,
  onAlive: () => void,
): Promise<End> {
  return new Promise((resolve) => {
    let refused: readonly Failure[] | null = null;
    const stopListening = client.on('connected', () => {
      onAlive();
      onConnection?.('live');
    });
    const end = (result: End) => {
      stopListening();
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    const stop = client.subscribe<Data>(
      // The cache knows things by their types, also those that come this way.
      { query: print(addTypenameToDocument(document)), variables: variables() },
      {
        next({ data, errors }) {
          onAlive();
          onConnection?.('live');
          if (data) onEvent(data);
          if (errors?.length) refused = errors as unknown as readonly Failure[];
        },
        error(reason) {
          end(Array.isArray(reason) ? { kind: 'refused', errors: reason as Failure[] } : { kind: 'lost' });
        },
        complete() {
          end(refused ? { kind: 'refused', errors: refused } : { kind: 'complete' });
        },
      },
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Waits, but no longer than until the network is back. */
function waitBeforeRetry(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
