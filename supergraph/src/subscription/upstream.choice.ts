import type { SubgraphTransport } from '../request/context.ts';
import type { UpstreamConnectOptions } from '../traffic/client.tls.ts';
import type { CallbackMode, PassthroughMode, SubscriptionSettings } from './subscription.settings.ts';
import { type CallbackUpstreams, createCallbackUpstreams } from './upstream.callbacks.ts';
import { shareUpstreams } from './upstream.sharing.ts';
import { createSocketUpstreams } from './upstream.sockets.ts';
import type { Upstreams } from './upstream.ts';

export interface UpstreamsOptions {
  /** HTTP URLs of a subgraph's instances, read anew for each operation. */
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
