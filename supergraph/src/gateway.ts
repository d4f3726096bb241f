import type { Server } from 'node:http';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { createLog } from '@vibecode/platform/log';
import { parseListenAddress } from './config/config.values.ts';
import { type LoadedConfig, loadConfig, startConfigWatch, watchFolders } from './config/config.watch.ts';
import type { Core } from './core.ts';
import { toServerTls } from './edge/server.tls.ts';
import { createVersion, type GatewayVersion } from './gateway.version.ts';
import { toHealthRoutes } from './health.ts';
import type { GatewayHooks } from './hooks.ts';
import { createHttpServer, type HttpHandler } from './http.ts';
import type { ExchangeApiKey } from './identity.ts';
import { createSandboxRoutes } from './sandbox.ts';
import { startCallbacks, withCallbacks } from './subscription/callback.endpoint.ts';
import { createSubscriptions } from './subscription/subscription.ts';
import { createUpstreams } from './subscription/upstream.ts';
import { startWebSocket } from './websocket.ts';

export interface GatewayOptions {
  /** The composed supergraph, as text or as a file; a file is read again when it changes. */
  readonly supergraph: { readonly sdl: string } | { readonly path: string };
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
  /** Whether browsers find GraphiQL at `/`. Default true, with a configuration what it says. */
  readonly sandbox?: boolean;
  /** Time for a subgraph's answer. Default 30,000. */
  readonly subgraphTimeoutMs?: number;
  /** The system's own verifier of tokens, where the gateway runs within one. */
  readonly verifier?: TokenVerifier;
  /** Turns partners' keys into tokens; by default as the configuration says. */
  readonly exchangeApiKey?: ExchangeApiKey;
  /** Shared counts of rate limits, where the configuration names no Redis itself. Default: in memory. */
  readonly redis?: { readonly url: string; readonly prefix: string };
}

/** A gateway that answers. Disposing it takes no new requests, and waits for those under way. */
export interface RunningGateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  readonly server: Server;
  readonly core: Core;
}

const DRAIN_MS = 10_000;
const SETTLE_MS = 50;

/** @throws InvalidSupergraphError, ConfigError, or the system's error when it cannot listen or read a file */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { log = createLog({ service: 'gateway' }) } = options;
  await using starting = new AsyncDisposableStack();
  const loaded = options.config === undefined ? null : await loadConfig(options.config);
  const config = loaded?.config ?? null;
  const path = config?.supergraph.path ?? '/graphql';
  const address = config && parseListenAddress(config.supergraph.listen);
  const { port = address?.port ?? 4000, host = address?.host ?? '127.0.0.1' } = options;

  let current: GatewayVersion;
  const urls = new Map<string, string>();
  const transport = {
    fetch: (...[request, context]: Parameters<GatewayVersion['client']['fetch']>) =>
      current.client.fetch(request, context),
  };
  const upstreams = starting.use(
    createUpstreams({
      urlsOf: (subgraph) => [urls.get(subgraph) ?? []].flat(),
      settings: () => current.subscriptions,
      transport,
    }),
  );
  const subscriptions = createSubscriptions({
    transport,
    upstreams,
    settings: () => current.subscriptions,
    hooks: () => current.hooks,
  });
  starting.use(subscriptions);
  const load = async (version: LoadedConfig | null): Promise<GatewayVersion> => {
    const created = await createVersion({
      ...options,
      config: version?.config ?? null,
      path,
      log,
      transport,
      ...(version?.config.subscription.enabled !== false && { subscribe: subscriptions.start }),
    });
    urls.clear();
    for (const [name, url] of created.urls) urls.set(name, url);
    return created;
  };
  current = await load(loaded);
  starting.defer(() => current[Symbol.asyncDispose]());
  let stopListening = current.hooks.onRevoked?.(subscriptions.endSession);
  starting.defer(() => stopListening?.());

  let draining = false;
  const routes = new Map<string, HttpHandler>(toHealthRoutes(() => !draining));
  if (options.sandbox ?? (config ? config.sandbox.enabled || config.homepage.enabled : true))
    for (const [route, handler] of createSandboxRoutes(path)) routes.set(route, handler);
  const bodyLimitBytes = options.bodyLimitBytes ?? config?.limits.router.http_max_request_bytes;
  const tls = config && toServerTls(config.tls.supergraph);
  const callbacks = config && starting.use(await startCallbacks({ config, callbacks: upstreams.callbacks }));
  const hooks = () => current.hooks;
  const server = createHttpServer({
    core: () => current.core,
    hooks: callbacks?.endpoint ? withCallbacks(callbacks.endpoint, hooks) : hooks,
    log,
    path,
    routes,
    ...(bodyLimitBytes !== undefined && { bodyLimitBytes }),
    ...(tls && { tls }),
  });
  if (config) server.headersTimeout = config.server.http.header_read_timeout;
  const websocket = startWebSocket({
    server,
    core: () => current.core,
    log,
    path,
    hooks: () => current.hooks,
    onIdentity: subscriptions.renew,
  });

  let inForce = loaded;
  let turn: Promise<void> = Promise.resolve();
  const replace = (version: LoadedConfig | null): Promise<void> => {
    turn = turn
      .catch(() => undefined)
      .then(async () => {
        const next = await load(version);
        if (tls && version)
          (server as { setSecureContext?: (options: object) => void }).setSecureContext?.(
            toServerTls(version.config.tls.supergraph) ?? {},
          );
        const old = current;
        current = next;
        inForce = version;
        stopListening?.();
        stopListening = next.hooks.onRevoked?.(subscriptions.endSession);
        subscriptions.keepValid(next.core);
        for (const request of old.core.operations.recentRequests()) next.core.operationType(request);
        await old[Symbol.asyncDispose]();
      });
    return turn;
  };
  if (loaded) starting.use(startConfigWatch({ file: options.config!, loaded, log, onChange: replace }));
  if ('path' in options.supergraph) {
    const reload = (): void => {
      replace(inForce).then(
        () => log.info({ action: 'supergraph.reloaded', supergraph: current.core.supergraph.hash.slice(0, 12) }),
        (error) =>
          log.error({ action: 'supergraph.refused', error }, 'The new supergraph is refused; the old one goes on.'),
      );
    };
    starting.use(startSupergraphWatch(options.supergraph.path, reload));
  }
  const url = (await listen(server, port, host)).replace(/^http/, tls ? 'https' : 'http');
  log.info({ action: 'gateway.started', url, supergraph: current.core.supergraph.hash.slice(0, 12) });

  const owned = starting.move();
  return {
    url,
    server,
    get core() {
      return current.core;
    },
    async [Symbol.asyncDispose]() {
      draining = true;
      const closed = new Promise((resolve) => server.close(resolve));
      subscriptions.endAll();
      await websocket[Symbol.asyncDispose]();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(cut);
      await owned.disposeAsync();
      log.info({ action: 'gateway.stopped' });
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${bound}`);
    });
  });
}

/** Calls back once a changed file has settled. */
function startSupergraphWatch(path: string, onChange: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const watchers = watchFolders([path], () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher[Symbol.dispose]();
    },
  };
}
