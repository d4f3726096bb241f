import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { createLog } from '@vibecode/platform/log';
import type { ServiceRegistry } from '@vibecode/platform/registry/registry';
import { toDevConfig } from '../config/config.dev.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import { type LoadedConfig, loadConfig, startConfigWatch } from '../config/config.watch.ts';
import type { ExchangeApiKey } from '../edge/identity.ts';
import { toServerTls } from '../edge/server.tls.ts';
import type { Core } from '../pipeline/core.ts';
import type { ApolloGraph, GatewayPlugin } from '../plugin/plugin.host.ts';
import { createPluginHost } from '../plugin/plugin.loading.ts';
import { traceTransport } from '../plugin/plugin.transport.ts';
import type { SubgraphTransport } from '../request/context.ts';
import type { GatewayHooks, HttpHandler } from '../request/hooks.ts';
import { fileSource } from '../source/file.source.ts';
import { fixedSource, type SupergraphSource } from '../source/supergraph.source.ts';
import { startCallbacks, withCallbacks } from '../subscription/callback.endpoint.ts';
import { createSubscriptions } from '../subscription/subscription.ts';
import { createUpstreams } from '../subscription/upstream.choice.ts';
import { type GatewayTelemetry, startGatewayTelemetry, type TracingSettings } from '../telemetry/gateway.telemetry.ts';
import { watchTransport } from '../telemetry/watched.transport.ts';
import { watchUnusedConnections } from '../transport/http.drain.ts';
import { createHttpServer } from '../transport/http.ts';
import { startWebSocket } from '../transport/websocket.ts';
import { createSandboxRoutes } from './graphiql.ts';
import { startHealth } from './health.ts';
import { type Address, listen, toAddress } from './listen.ts';
import { createVersion } from './live.version.ts';
import { startVersions, type Versions } from './version.switch.ts';
import { type GatewayVersion } from './version.ts';

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
  /** As `router --dev`: GraphiQL, introspection and the errors of subgraphs for whoever asks. Default false. */
  readonly dev?: boolean;
  /** Whether browsers find GraphiQL at `/`. Default true, with a configuration what it says. */
  readonly sandbox?: boolean;
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
  readonly server: Server;
  readonly core: Core;
}

const DRAIN_MS = 10_000;

/** @throws InvalidSupergraphError, ConfigError, AppError without a supergraph, or the system's error when it cannot listen or read a file */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { log = createLog({ service: 'gateway' }) } = options;
  await using starting = new AsyncDisposableStack();
  const loaded = options.config === undefined ? null : await loadConfig(options.config);
  const config = toConfig(loaded, options);
  const path = config?.supergraph.path ?? '/graphql';
  const address = toListenAddress(options, config);

  let versions: Versions;
  let telemetry: GatewayTelemetry;
  const pluginHost = await createPluginHost({ config, log, plugins: options.plugins, apollo: options.apollo });
  const toSubgraphs: SubgraphTransport = {
    fetch: (request, context) => versions.clientOf(request.subgraph).fetch(request, context),
  };
  const transport = watchTransport(pluginHost ? traceTransport(toSubgraphs) : toSubgraphs, () => telemetry.current);
  const upstreams = starting.use(
    createUpstreams({
      urlsOf: (subgraph) => versions.clientOf(subgraph).urlsOf(subgraph),
      connectOptionsOf: (subgraph, url) => versions.clientOf(subgraph).connectOptionsOf(subgraph, url),
      settings: () => versions.current.subscriptions,
      transport,
    }),
  );
  const subscriptions = createSubscriptions({
    log,
    transport,
    upstreams,
    settings: () => versions.current.subscriptions,
    telemetry: () => telemetry.current,
  });
  telemetry = starting.use(
    await startGatewayTelemetry({
      config,
      log,
      tracing: options.tracing,
      state: {
        openedSubscriptions: () => subscriptions.size,
        queuedEvents: () => subscriptions.queued,
        cachedOperations: () => versions.current.core.operations.size,
      },
    }),
  );
  starting.use(subscriptions);
  // Known before `versions` is: the first version asks nobody, but goes live within it.
  let live: GatewayVersion | undefined;
  const subscribeAt = (at: string) => subscriptions.startAt(() => (at === path ? live : live?.variants.get(at)));
  const started = Promise.withResolvers<Versions>();
  const takeOver = async (sdl: string): Promise<void> => {
    try {
      await (await started.promise).replace({ sdl });
      log.info({ action: 'supergraph.reloaded', supergraph: toShortHash(versions) });
    } catch (error) {
      log.error({ action: 'supergraph.refused', error }, 'The new supergraph is refused; the old one goes on.');
    }
  };
  const source = starting.use(await toSource(options.supergraph).start({ log, onChange: (sdl) => void takeOver(sdl) }));
  let stopListening: (() => void) | undefined;
  versions = starting.use(
    await startVersions({
      graceMs: config?.supergraph.connection_shutdown_timeout,
      inputs: { sdl: source.sdl, config: loaded },
      create: (inputs, previous) =>
        createVersion({
          ...options,
          sdl: inputs.sdl,
          config: toConfig(inputs.config, options),
          path,
          log,
          transport,
          previous,
          metrics: telemetry.current.metrics,
          pluginHost,
          ...(inputs.config?.config.subscription.enabled !== false && { subscribeAt }),
        }),
      onLive(version) {
        stopListening?.();
        stopListening = version.hooks.onRevoked?.(subscriptions.endSession);
        live = version;
        // The first version goes live before it can be asked for, and has no streams to take over.
        if (subscriptions.size > 0) subscriptions.keepValid();
        pluginHost?.schemaChanged(version.core.supergraph);
      },
    }),
  );
  starting.defer(() => stopListening?.());

  let draining = false;
  const health = starting.use(await startHealth(config, () => !draining));
  const routes = new Map<string, HttpHandler>(health.routes);
  for (const [route, handler] of telemetry.routes) routes.set(route, handler);
  if (options.sandbox ?? (config ? config.sandbox.enabled || config.homepage.enabled : true))
    for (const [route, handler] of createSandboxRoutes(path)) routes.set(route, handler);
  const bodyLimitBytes = options.bodyLimitBytes ?? config?.limits.router.http_max_request_bytes;
  const tls = config && toServerTls(config.tls.supergraph);
  const callbacks = config && starting.use(await startCallbacks({ config, callbacks: upstreams.callbacks }));
  const hooks = () => versions.current.hooks;
  const variantAt = (at: string) => versions.current.variants.get(at);
  const server = createHttpServer({
    core: () => versions.current.core,
    hooks: callbacks?.endpoint ? withCallbacks(callbacks.endpoint, hooks) : hooks,
    telemetry: () => telemetry.current,
    plugins: pluginHost,
    log,
    path,
    variantAt,
    routes,
    onIdentity: subscriptions.renew,
    compressFromBytes: () => versions.current.compressFromBytes,
    heartbeatMs: options.heartbeatMs,
    servesRoot: config?.supergraph.path === undefined,
    headerLimitBytes: config?.limits.router.http1_max_request_buf_size ?? undefined,
    ...(bodyLimitBytes !== undefined && { bodyLimitBytes }),
    ...(tls && { tls: { ...tls, handshakeTimeout: config.server.http.tls_handshake_timeout } }),
  });
  const closeUnused = watchUnusedConnections(server);
  if (config) server.headersTimeout = config.server.http.header_read_timeout;
  const websocket = startWebSocket({
    server,
    core: () => versions.current.core,
    log,
    path,
    variantAt,
    hooks: () => versions.current.hooks,
    telemetry: () => telemetry.current,
    onIdentity: subscriptions.renew,
    heartbeatMs: options.heartbeatMs,
    messageLimitBytes: bodyLimitBytes,
  });

  if (loaded) {
    const onChange = async (next: LoadedConfig): Promise<void> => {
      const renewed = tls && toServerTls(next.config.tls.supergraph);
      await versions.replace({ config: next });
      await telemetry.update(next.config);
      if (renewed) (server as TlsServer).setSecureContext(renewed);
    };
    starting.use(startConfigWatch({ file: options.config!, loaded, log, onChange }));
  }
  started.resolve(versions);
  await pluginHost?.start(versions.current.core.supergraph);
  const url = (await listen(server, address)).replace(/^http/, tls ? 'https' : 'http');
  log.info({
    action: 'gateway.started',
    url,
    ...(health.url && { healthUrl: health.url }),
    supergraph: toShortHash(versions),
  });

  const owned = starting.move();
  return {
    url,
    healthUrl: health.url,
    metricsUrl: telemetry.metricsUrl,
    server,
    get core() {
      return versions.current.core;
    },
    async [Symbol.asyncDispose]() {
      draining = true;
      await pluginHost?.drain();
      const closed = new Promise((resolve) => server.close(resolve));
      subscriptions.endAll();
      await websocket[Symbol.asyncDispose]();
      const closeIdle = () => {
        server.closeIdleConnections();
        closeUnused();
      };
      closeIdle();
      // Whatever is answered from now on leaves an idle connection behind.
      const idle = setInterval(closeIdle, 100);
      const cut = setTimeout(
        () => server.closeAllConnections(),
        config?.supergraph.connection_shutdown_timeout ?? DRAIN_MS,
      );
      await closed;
      clearTimeout(cut);
      clearInterval(idle);
      await pluginHost?.stop();
      await owned.disposeAsync();
      log.info({ action: 'gateway.stopped' });
    },
  };
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

function toShortHash({ current }: Versions): string {
  return current.core.supergraph.hash.slice(0, 12);
}
