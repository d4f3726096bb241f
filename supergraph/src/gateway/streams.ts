import type { Logger } from '@vibecode/platform/log';
import { LRUCache } from 'lru-cache';
import { traceTransport } from '../plugin/plugin.transport.ts';
import type { Identity, SubgraphTransport } from '../request/context.ts';
import type { WorkerChannel } from '../request/worker.channel.ts';
import { createSubscriptions, type Subscriptions } from '../subscription/subscription.ts';
import type { CallbackUpstreams } from '../subscription/upstream.callbacks.ts';
import { createUpstreams } from '../subscription/upstream.choice.ts';
import type { GatewayTelemetry } from '../telemetry/gateway.telemetry.ts';
import { watchTransport } from '../telemetry/watched.transport.ts';
import type { LiveGraph } from './live.graph.ts';

export interface StreamsOptions {
  readonly live: LiveGraph;
  readonly telemetry: GatewayTelemetry;
  /** To the other workers of this gateway; null where there are none. */
  readonly channel: WorkerChannel | null;
  readonly log: Logger;
  /** Whether plugins ask subgraphs for traces of their own work. */
  readonly hasPlugins: boolean;
}

/** What runs longer than a version: the way to subgraphs, and the subscriptions over it. */
export interface Streams extends Disposable {
  /** Reaches the subgraphs of whichever version is in force. */
  readonly transport: SubgraphTransport;
  readonly subscriptions: Subscriptions;
  /** A verified identity has come with an operation: streams of its session live on with its token, here and at other workers. */
  readonly renew: (identity: Identity) => void;
  /** Subscriptions whose subgraphs call back over HTTP. */
  readonly callbacks: CallbackUpstreams;
}

export function startStreams({ live, telemetry, channel, log, hasPlugins }: StreamsOptions): Streams {
  const toSubgraphs: SubgraphTransport = {
    fetch: (request, context) => live.clientOf(request.subgraph).fetch(request, context),
  };
  const transport = watchTransport(hasPlugins ? traceTransport(toSubgraphs) : toSubgraphs, () => telemetry.current);
  const settings = () => live.current.subscriptions;
  const upstreams = createUpstreams({
    urlsOf: (subgraph) => live.clientOf(subgraph).urlsOf(subgraph),
    connectOptionsOf: (subgraph, url) => live.clientOf(subgraph).connectOptionsOf(subgraph, url),
    settings,
    transport,
  });
  const subscriptions = createSubscriptions({
    log,
    transport,
    upstreams,
    settings,
    telemetry: () => telemetry.current,
  });
  const stopListening = channel?.onRenewal((identity) => subscriptions.renew(identity));
  return {
    transport,
    subscriptions,
    renew: channel ? renewEverywhere(subscriptions, channel) : subscriptions.renew,
    callbacks: upstreams.callbacks,
    [Symbol.dispose]() {
      stopListening?.();
      subscriptions[Symbol.dispose]();
      upstreams[Symbol.dispose]();
    },
  };
}

/** Sessions whose newest token is remembered. */
const MAX_SESSIONS = 10_000;

/** Tells the other workers of a token only when it is newer than the last one of its session. */
function renewEverywhere({ renew }: Subscriptions, channel: WorkerChannel): (identity: Identity) => void {
  const newest = new LRUCache<string, number>({ max: MAX_SESSIONS });
  return (identity) => {
    renew(identity);
    const { sessionId, expiresAtMs } = identity;
    if (sessionId === undefined || expiresAtMs === undefined) return;
    if ((newest.get(sessionId) ?? 0) >= expiresAtMs) return;
    newest.set(sessionId, expiresAtMs);
    channel.announceRenewal(identity);
  };
}
