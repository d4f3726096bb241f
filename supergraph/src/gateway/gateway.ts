import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { AppError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { createLog } from '@vibecode/platform/log';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';
import { toDevConfig } from '../config/config.dev.ts';
import { toLine } from '../config/config.parse.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import { type LoadedConfig, loadConfig, startConfigWatch } from '../config/config.watch.ts';
import type { ExchangeApiKey } from '../edge/api-key.exchange.ts';
import type { Core } from '../pipeline/core.ts';
import type { ApolloGraph, GatewayPlugin, PluginHost } from '../plugin/plugin.host.ts';
import { createPluginHost } from '../plugin/plugin.loading.ts';
import type { GatewayHooks, HttpHandler } from '../request/hooks.ts';
import { openWorkerChannel } from '../request/worker.channel.ts';
import { fileSource } from '../source/file.source.ts';
import { fixedSource, type SupergraphSource } from '../source/supergraph.source.ts';
import { type GatewayTelemetry, startGatewayTelemetry, type TracingSettings } from '../telemetry/gateway.telemetry.ts';
import { type Agents, createAgents } from './agents.ts';
import { createDoors, toBodyLimits } from './doors.ts';
import type { SandboxOptions } from './graphiql.ts';
import { type Address, toAddress } from './listen.ts';
import { LiveGraph, type VersionLifecycle } from './live.graph.ts';
import { createVersion } from './live.version.ts';
import { type Streams, startStreams } from './streams.ts';

export interface GatewayOptions {
  /** The composed supergraph: as text, as a file that is read again when it changes, or from wherever a source has it. */
  readonly supergraph: { readonly sdl: string } | { readonly path: string } | SupergraphSource;
  /**
   * `router-config.yaml`, read again when it changes. Left out: the edge guards nothing, and a bearer token goes on to the
   * subgraphs unverified. The options below win over what it says.
   */
  readonly config?: string;
  /** Default 4000; 0 takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Routing URLs by subgraph name that stand in for those in the supergraph. */
  readonly overrideSubgraphUrls?: Readonly<Record<string, string>>;
  readonly hooks?: GatewayHooks;
  readonly log?: Logger;
  /** Largest request body. Default 2,000,000 bytes. */
  readonly bodyLimitBytes?: number;
  /** Whether clients may ask for the schema. Default true, with a configuration what it says. */
  readonly introspection?: boolean;
  /** `Host` headers that are answered, as `supergraph.allowed_hosts`. Default: what the configuration says. */
  readonly allowedHosts?: readonly string[];
  /** As `router --dev`: GraphiQL, introspection and the errors of subgraphs for every client. Default false. */
  readonly dev?: boolean;
  /** Whether browsers find GraphiQL, and where. Default true (at `/`), with a configuration what it says. */
  readonly sandbox?: boolean | SandboxOptions;
  /** Answers every address that nothing else is at: a web app, say. Default: 404. */
  readonly site?: HttpHandler;
  /** What else is served, by exact path. Default: nothing. */
  readonly routes?: ReadonlyMap<string, HttpHandler>;
  /** Time for a subgraph's answer. Default 30,000. */
  readonly subgraphTimeoutMs?: number;
  /** Time between signs of life on a client's stream. Default 5,000 over HTTP, 12,000 over WebSocket. */
  readonly heartbeatMs?: number;
  /** The system's own verifier of tokens, where the gateway runs within one. */
  readonly verifier?: TokenVerifier;
  /** Turns partners' keys into tokens; by default as the configuration says. */
  readonly exchangeApiKey?: ExchangeApiKey;
  /** Shared counts of rate limits, where the configuration names no Redis itself. Default: in memory. */
  readonly redis?: { readonly url: string; readonly prefix: string };
  /** Receivers of spans beside those of the configuration. Given, even empty: each operation has a trace id. */
  readonly tracing?: TracingSettings;
  /**
   * Where the instances of subgraphs register themselves, unless the configuration says where they are. A subgraph without
   * any is reached at its URL. Default: none.
   */
  readonly registry?: ServiceRegistry;
  /** Plugins of Apollo Server, beside those that the configuration names. */
  readonly plugins?: readonly GatewayPlugin[];
  /** The graph in GraphOS that usage is reported for. Left out: nothing is reported. */
  readonly apollo?: ApolloGraph;
}

/** A gateway that answers. Disposing it takes no new requests, and waits for those under way. */
export interface RunningGateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  /** Of the health check where it has an address of its own, without a path. */
  readonly healthUrl: string | null;
  /** Of the metrics where they have an address of their own, without a path. */
  readonly metricsUrl: string | null;
  /** Of invalidations of the response cache where they have an address of their own, without a path. */
  readonly invalidationUrl: string | null;
  readonly server: Server;
  readonly core: Core;
}

const CALLBACKS_NEED_ONE_PROCESS =
  'subscription.mode.callback needs one process, since a callback reaches any of the workers: leave --workers out, or let subgraphs stream by passthrough.';

/** @throws InvalidSupergraphError, ConfigError, AppError without a supergraph, or the system's error when it cannot listen or read a file */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { log = createLog({ service: 'gateway' }) } = options;
  await using starting = new AsyncDisposableStack();
  const loaded = options.config === undefined ? null : await loadConfig(options.config);
  for (const problem of loaded?.problems ?? [])
    log.warn({ action: 'config.problem' }, toLine(options.config!, problem));
  const config = toConfig(loaded, options);
  const path = config?.supergraph.path ?? '/graphql';

  const live = starting.use(new LiveGraph({ path, graceMs: config?.supergraph.connection_shutdown_timeout }));
  const plugins = await createPluginHost({ config, log, plugins: options.plugins, apollo: options.apollo });
  starting.defer(() => plugins?.stop());
  const telemetry = starting.use(await startGatewayTelemetry({ config, log, tracing: options.tracing }));
  const channel = openWorkerChannel();
  if (channel && config?.subscription.mode.callback)
    throw new AppError('GATEWAY_BAD_OPTION', CALLBACKS_NEED_ONE_PROCESS);
  const streams = starting.use(startStreams({ live, telemetry, channel, log, hasPlugins: plugins !== null }));
  telemetry.observe({
    openedSubscriptions: () => streams.subscriptions.size,
    queuedEvents: () => streams.subscriptions.queued,
    cachedOperations: () => live.current.core.operations.size,
  });

  const onChange = (sdl: string) => void takeOver(live, sdl, log);
  const source = starting.use(await toSource(options.supergraph).start({ log, onChange }));
  const address = toListenAddress(options, config);
  const agents = starting.use(
    createAgents(live, () => ({
      inForce: () => live.current,
      telemetry: () => telemetry.current,
      onIdentity: streams.renew,
      bodyLimits: toBodyLimits({ config, bodyLimitBytes: options.bodyLimitBytes }),
      apiKeyHeader: config?.authentication.router?.api_key?.header_name ?? 'x-api-key',
      channel,
      log,
      keepAliveMs: options.heartbeatMs,
    })),
  );
  const scope = { options, live, path, address, log, plugins, agents, telemetry, streams };
  const versions = starting.use(createLifecycle(scope));
  await live.start({ sdl: source.sdl, config: loaded }, versions);

  const { sandbox, site, routes, bodyLimitBytes, heartbeatMs } = options;
  const served = { sandbox, site, routes, bodyLimitBytes, heartbeatMs };
  const doors = starting.use(await createDoors({ ...scope, config, ...served }));
  if (loaded && options.config !== undefined) {
    const take = async (next: LoadedConfig): Promise<void> => {
      await live.replace({ config: next });
      await telemetry.update(next.config);
      doors.update(next.config);
    };
    starting.use(startConfigWatch({ file: options.config, loaded, log, onChange: take }));
  }
  await plugins?.start(live.current.core.supergraph);
  const url = await doors.listen(address);
  channel?.announceReady(url);
  const { server, healthUrl, invalidationUrl } = doors;
  const worker = channel && { pid: process.pid };
  log.info({ action: 'gateway.started', url, ...worker, ...(healthUrl && { healthUrl }), supergraph: live.shortHash });

  const owned = starting.move();
  return {
    url,
    healthUrl,
    metricsUrl: telemetry.metricsUrl,
    invalidationUrl,
    server,
    get core() {
      return live.current.core;
    },
    async [Symbol.asyncDispose]() {
      await owned.disposeAsync();
      log.info({ action: 'gateway.stopped' });
    },
  };
}

interface LifecycleScope {
  readonly options: GatewayOptions;
  readonly live: LiveGraph;
  readonly path: string;
  readonly address: Address;
  readonly log: Logger;
  readonly plugins: PluginHost | null;
  readonly agents: Agents;
  readonly telemetry: GatewayTelemetry;
  readonly streams: Streams;
}

/** How versions are made, and what hears of one that goes live. */
function createLifecycle({
  options,
  live,
  path,
  address,
  log,
  plugins,
  agents,
  telemetry,
  streams: { transport, subscriptions },
}: LifecycleScope): VersionLifecycle & Disposable {
  let stopListening: (() => void) | undefined;
  const subscribeAt = (at: string) => subscriptions.startAt(() => live.endpointAt(at));
  return {
    create: (inputs, previous) =>
      createVersion({
        ...options,
        sdl: inputs.sdl,
        config: toConfig(inputs.config, options),
        path,
        listensOn: 'host' in address ? address.host : null,
        log,
        transport,
        previous,
        metrics: telemetry.current.metrics,
        pluginHost: plugins,
        configFolder: options.config && dirname(options.config),
        onToolsChanged: () => agents.toolsChanged(),
        ...(inputs.config?.config.subscription.enabled !== false && { subscribeAt }),
      }),
    onLive(version) {
      stopListening?.();
      stopListening = version.hooks.onRevoked?.(subscriptions.endSession);
      // The first version has no streams to take over.
      if (subscriptions.size > 0) subscriptions.keepValid();
      agents.onLive(version);
      plugins?.schemaChanged(version.core.supergraph);
    },
    [Symbol.dispose]: () => stopListening?.(),
  };
}

/** A supergraph that is refused leaves the one in force. */
async function takeOver(live: LiveGraph, sdl: string, log: Logger): Promise<void> {
  try {
    await live.replace({ sdl });
    log.info({ action: 'supergraph.reloaded', supergraph: live.shortHash });
  } catch (error) {
    log.error({ action: 'supergraph.refused', error }, 'The new supergraph is refused; the one in force stays.');
  }
}

/** What the options say wins over the configuration. */
function toListenAddress({ host, port }: GatewayOptions, config: RouterConfig | null): Address {
  const configured = config && toAddress(config.supergraph.listen);
  if (configured && 'path' in configured && host === undefined && port === undefined) return configured;
  const known = configured && 'port' in configured ? configured : { host: '127.0.0.1', port: 4000 };
  return { host: host ?? known.host, port: port ?? known.port };
}

function toConfig(loaded: LoadedConfig | null, { dev }: GatewayOptions): RouterConfig | null {
  return loaded && (dev ? toDevConfig(loaded.config) : loaded.config);
}

function toSource(supergraph: GatewayOptions['supergraph']): SupergraphSource {
  if ('sdl' in supergraph) return fixedSource(supergraph.sdl);
  return 'path' in supergraph ? fileSource(supergraph.path) : supergraph;
}
