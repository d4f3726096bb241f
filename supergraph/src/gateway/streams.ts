import type { Logger } from '@vibecode/platform/log';
import { traceTransport } from '../plugin/plugin.transport.ts';
import type { SubgraphTransport } from '../request/context.ts';
import { createSubscriptions, type Subscriptions } from '../subscription/subscription.ts';
import type { CallbackUpstreams } from '../subscription/upstream.callbacks.ts';
import { createUpstreams } from '../subscription/upstream.choice.ts';
import type { GatewayTelemetry } from '../telemetry/gateway.telemetry.ts';
import { watchTransport } from '../telemetry/watched.transport.ts';
import type { LiveGraph } from './live.graph.ts';

export interface StreamsOptions {
  readonly live: LiveGraph;
  readonly telemetry: GatewayTelemetry;
  readonly log: Logger;
  /** Whether plugins ask subgraphs for traces of their own work. */
  readonly hasPlugins: boolean;
}

/** What runs longer than a version: the way to subgraphs, and the subscriptions over it. */
export interface Streams extends Disposable {
  /** Reaches the subgraphs of whichever version is in force. */
  readonly transport: SubgraphTransport;
  readonly subscriptions: Subscriptions;
  /** Subscriptions whose subgraphs call back over HTTP. */
  readonly callbacks: CallbackUpstreams;
}

export function startStreams({ live, telemetry, log, hasPlugins }: StreamsOptions): Streams {
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
  return {
    transport,
    subscriptions,
    callbacks: upstreams.callbacks,
    [Symbol.dispose]() {
      subscriptions[Symbol.dispose]();
      upstreams[Symbol.dispose]();
    },
  };
}
