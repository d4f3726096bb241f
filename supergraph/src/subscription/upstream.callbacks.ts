import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { GraphQLFormattedError } from 'graphql';
import type { CancelSignal } from '../request/cancellation.ts';
import type { SubgraphTransport } from '../request/context.ts';
import type { GraphQLResult } from '../request/message.ts';
import { changeContext } from './context.change.ts';
import type { CallbackMode } from './subscription.settings.ts';
import type { UpstreamListener, UpstreamRequest, Upstreams } from './upstream.ts';

/** A subscription that a subgraph calls back for. */
interface CallbackSubscription {
  readonly listener: UpstreamListener;
  /** The secret that the subgraph sends back to prove that it received the subscription: hex. */
  readonly verifier: string;
  readonly heartbeatMs: number | null;
  heardAtMs: number;
}

export interface CallbackUpstreamsOptions {
  /** Carries the operation to the subgraph over HTTP, as for queries. */
  readonly transport: Pick<SubgraphTransport, 'fetch'>;
  readonly modeOf: (subgraph: string) => CallbackMode;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Subscriptions that subgraphs call back for, with what has arrived for them. */
export interface CallbackUpstreams extends Upstreams {
  /** The subscription of an id, as long as it runs. */
  find(id: string): CallbackSubscription | undefined;
  /** Forgets a subscription that the subgraph has ended. */
  remove(id: string): void;
}

const ACCEPT = 'application/json;callbackSpec=1.0, application/json;q=0.9';
const SWEEP_MS = 1_000;
/** Heartbeats that may fail to come before a subgraph is taken for gone. */
const MISSED_HEARTBEATS = 3;

/**
 * The gateway's half of the HTTP callback protocol: it subscribes by an ordinary request that says where to call, and each
 * event comes as a request of the subgraph. When a subscription has ended here, the subgraph learns so by a 404.
 * Source: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol
 */
export function createCallbackUpstreams(options: CallbackUpstreamsOptions): CallbackUpstreams {
  const { transport, modeOf, now = Date.now } = options;
  const secret = randomBytes(32);
  const subscriptions = new Map<string, CallbackSubscription>();
  let sweep: NodeJS.Timeout | undefined;

  function take(id: string): UpstreamListener | undefined {
    const listener = subscriptions.get(id)?.listener;
    remove(id);
    return listener;
  }

  function remove(id: string): void {
    subscriptions.delete(id);
    if (subscriptions.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  }

  function endSilent(): void {
    for (const [id, { heardAtMs, heartbeatMs }] of [...subscriptions]) {
      if (heartbeatMs !== null && now() - heardAtMs > heartbeatMs * MISSED_HEARTBEATS) {
        take(id)?.lost('it sent no heartbeat', true);
      }
    }
  }

  /** Never rejects. */
  async function ask(id: string, request: UpstreamRequest, extensions: object, signal: CancelSignal): Promise<void> {
    const { subgraph, query, body } = request;
    const result = await transport
      .fetch(
        {
          subgraph,
          query,
          kind: 'subscription',
          body: `${body},"extensions":${JSON.stringify(extensions)}}`,
          accept: ACCEPT,
        },
        changeContext(request.context, { signal }),
      )
      .catch((error): GraphQLResult => ({ errors: [{ message: String(error) }] }));
    const { errors } = result;
    if (!errors?.length) return;
    const reason = toUnreached(errors);
    if (reason === null) take(id)?.failed(errors);
    else take(id)?.lost(reason, false);
  }

  return {
    subscribe(request, listener) {
      const { publicUrl, heartbeatMs } = modeOf(request.subgraph);
      const id = randomUUID();
      const verifier = createHmac('sha256', secret).update(id).digest('hex');
      // The subgraph calls back before it answers.
      subscriptions.set(id, { listener, verifier, heartbeatMs, heardAtMs: now() });
      sweep ??= setInterval(endSilent, SWEEP_MS);
      const abort = new AbortController();
      const subscription = {
        callbackUrl: `${publicUrl.replace(/\/$/, '')}/${id}`,
        subscriptionId: id,
        verifier,
        heartbeatIntervalMs: heartbeatMs ?? 0,
      };
      void ask(id, request, { subscription }, abort.signal);
      return () => {
        remove(id);
        abort.abort();
      };
    },
    find: (id) => subscriptions.get(id),
    remove,
    [Symbol.dispose]() {
      subscriptions.clear();
      clearInterval(sweep);
    },
  };
}

/** Why the operation did not reach the subgraph, so that another instance may take it; null when the subgraph refused it. */
function toUnreached(errors: readonly GraphQLFormattedError[]): string | null {
  const { code, reason, http } = errors[0]?.extensions ?? {};
  return code === 'SUBREQUEST_HTTP_ERROR' && http === undefined ? String(reason) : null;
}
