import type { RequestContext, SubgraphTransport } from '../request/types.ts';
import type { UpstreamConnectOptions } from '../traffic/client.tls.ts';
import type { CallbackMode, PassthroughMode, SubscriptionSettings } from './subscription.settings.ts';
import { type CallbackUpstreams, createCallbackUpstreams } from './upstream.callbacks.ts';
import { shareUpstreams } from './upstream.sharing.ts';
import type { UpstreamListener } from './upstream.socket.ts';
import { createSocketUpstreams } from './upstream.sockets.ts';

/** One subscription, as a subgraph is asked for it. */
export interface UpstreamRequest {
  readonly subgraph: string;
  readonly query: string;
  /** `{"query":…,"variables":…` as JSON text, without the closing brace. */
  readonly body: string;
  readonly context: RequestContext;
  /** Headers of the client that the configuration passes on to this subgraph. Null: none. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** Whether it may be asked again from a cursor, and so replays the past. */
  readonly isResumable: boolean;
}

/** Subscriptions to subgraphs. */
export interface Upstreams extends Disposable {
  /** @returns stops the operation at once */
  subscribe(request: UpstreamRequest, listener: UpstreamListener): () => void;
}

export interface UpstreamsOptions {
  /** HTTP URLs of a subgraph's instances, asked whenever an operation starts. */
  readonly urlsOf: (subgraph: string) => readonly string[];
  /** What a connection to one of them needs beside its URL: TLS, the name of the host. Default: nothing. */
  readonly connectOptionsOf?: (subgraph: string, url: string) => UpstreamConnectOptions;
  /** What the configuration in force says of each subgraph: by WebSocket or by callback, shared or not. */
  readonly settings: () => SubscriptionSettings;
  readonly transport: Pick<SubgraphTransport, 'fetch'>;
}

/** All ways to subscribe, chosen anew for each operation. */
export function createUpstreams({
  urlsOf,
  connectOptionsOf,
  settings,
  transport,
}: UpstreamsOptions): Upstreams & { readonly callbacks: CallbackUpstreams } {
  const modeOf = (subgraph: string) => settings().modeOf(subgraph);
  const sockets = createSocketUpstreams({
    urlsOf,
    connectOptionsOf,
    modeOf: (subgraph) => modeOf(subgraph) as PassthroughMode,
  });
  const callbacks = createCallbackUpstreams({ transport, modeOf: (subgraph) => modeOf(subgraph) as CallbackMode });
  const chosen: Upstreams = {
    subscribe(request, listener) {
      const upstreams = modeOf(request.subgraph).kind === 'callback' ? callbacks : sockets;
      return upstreams.subscribe(request, listener);
    },
    [Symbol.dispose]() {
      sockets[Symbol.dispose]();
      callbacks[Symbol.dispose]();
    },
  };
  return { ...shareUpstreams(chosen, (subgraph) => settings().deduplicationOf(subgraph)), callbacks };
}
