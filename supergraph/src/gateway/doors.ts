import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import { findClientAddress } from '../edge/rate.limit.ts';
import { toServerTls } from '../edge/server.tls.ts';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { HttpHandler } from '../request/hooks.ts';
import { toExamplePath } from '../request/route.pattern.ts';
import { startCallbacks, withCallbacks } from '../subscription/callback.endpoint.ts';
import type { GatewayTelemetry } from '../telemetry/gateway.telemetry.ts';
import { limitConnections } from '../transport/connection.limit.ts';
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../transport/http.body.ts';
import { watchUnusedConnections } from '../transport/http.drain.ts';
import { createHttpServer } from '../transport/http.ts';
import type { SocketLimits } from '../transport/websocket.options.ts';
import { startWebSocket } from '../transport/websocket.ts';
import type { Agents } from './agents.ts';
import { createSandboxRoutes, type SandboxOptions } from './graphiql.ts';
import { startHealth } from './health.ts';
import { startInvalidation } from './invalidation.ts';
import { type Address, listen } from './listen.ts';
import type { LiveGraph } from './live.graph.ts';
import type { Streams } from './streams.ts';

export interface DoorsOptions {
  readonly live: LiveGraph;
  readonly telemetry: GatewayTelemetry;
  readonly streams: Streams;
  readonly plugins: PluginHost | null;
  readonly agents: Agents;
  readonly config: RouterConfig | null;
  readonly log: Logger;
  readonly path: string;
  readonly sandbox?: boolean | SandboxOptions | undefined;
  readonly site?: HttpHandler | undefined;
  readonly routes?: ReadonlyMap<string, HttpHandler> | undefined;
  readonly bodyLimitBytes?: number | undefined;
  readonly heartbeatMs?: number | undefined;
}

/** Where clients come in: HTTP with its streams, WebSocket, health. Disposing closes every connection in order. */
export interface Doors extends AsyncDisposable {
  readonly server: Server;
  /** Of the health check where it has an address of its own, without a path. */
  readonly healthUrl: string | null;
  /** Of invalidations of the response cache where they have an address of their own, without a path. */
  readonly invalidationUrl: string | null;
  /** @returns `http://127.0.0.1:4000`, without a path. @throws the system's error when it cannot listen */
  listen(address: Address): Promise<string>;
  /** Takes over certificates of another configuration. */
  update(config: RouterConfig): void;
}

const DRAIN_MS = 10_000;

/** @throws the system's error when an address of its own cannot be listened on, or a certificate cannot be read */
export async function createDoors(options: DoorsOptions): Promise<Doors> {
  const { live, telemetry, streams, plugins, agents, config, log, path, heartbeatMs } = options;
  await using starting = new AsyncDisposableStack();
  let isDraining = false;
  const health = starting.use(await startHealth(config, () => !isDraining));
  const invalidation = starting.use(await startInvalidation(config, () => live.current.client.invalidate, log));
  const callbacks = config && starting.use(await startCallbacks({ config, callbacks: streams.callbacks }));
  const tls = config && toServerTls(config.tls.supergraph);
  const bodyLimits = toBodyLimits(options);
  const hooks = () => live.current.hooks;
  // A load balancer asks for health by address.
  const healthPaths = new Set(health.routes.map(([route]) => route));
  const shared = {
    core: () => live.current.core,
    telemetry: () => telemetry.current,
    variantAt: (at: string) => live.variantAt(at),
    onIdentity: streams.renew,
    allowsHost: (host: string | undefined, at: string) => healthPaths.has(at) || live.current.allowsHost(host),
    log,
    path,
    heartbeatMs,
  };
  const server = createHttpServer({
    ...shared,
    hooks: callbacks?.endpoint ? withCallbacks(callbacks.endpoint, hooks) : hooks,
    plugins,
    routes: toRoutes(options, [...health.routes, ...invalidation.routes]),
    site: options.site,
    compressFromBytes: () => live.current.compressFromBytes,
    servesRoot: config?.supergraph.path === undefined,
    headerLimitBytes: config?.limits.router.http1_max_request_buf_size ?? undefined,
    headersTimeoutMs: config?.server.http.header_read_timeout,
    bodyLimits,
    handlerAt: (at) => agents.handlerAt(at),
    ...(tls && { tls: { ...tls, handshakeTimeout: config.server.http.tls_handshake_timeout } }),
  });
  // Behind a proxy that names its clients, all connections come from the proxy.
  if (config && !config.rate_limit?.client_ip_header)
    limitConnections(server, { maxPerAddress: config.server.http.max_connections_per_address, log });
  const closeUnused = watchUnusedConnections(server);
  const websocket = startWebSocket({
    ...shared,
    server,
    hooks,
    messageLimitBytes: options.bodyLimitBytes ?? config?.limits.router.http_max_request_bytes,
    maxJsonValues: config?.limits.router.http_max_json_values,
    ...(config && { connections: toSocketLimits(config) }),
  });
  const owned = starting.move();
  return {
    server,
    healthUrl: health.url,
    invalidationUrl: invalidation.url,
    listen: async (address) => (await listen(server, address)).replace(/^http/, tls ? 'https' : 'http'),
    update(next) {
      const renewed = tls && toServerTls(next.tls.supergraph);
      if (renewed) (server as TlsServer).setSecureContext(renewed);
    },
    async [Symbol.asyncDispose]() {
      isDraining = true;
      agents.drain();
      await plugins?.drain();
      const closed = new Promise((resolve) => server.close(resolve));
      streams.subscriptions.endAll();
      await websocket[Symbol.asyncDispose]();
      await drain(server, closed, closeUnused, config?.supergraph.connection_shutdown_timeout ?? DRAIN_MS);
      await owned.disposeAsync();
    },
  };
}

export function toBodyLimits({ bodyLimitBytes, config }: Pick<DoorsOptions, 'bodyLimitBytes' | 'config'>): BodyLimits {
  const bytes = bodyLimitBytes ?? config?.limits.router.http_max_request_bytes ?? DEFAULT_BODY_LIMITS.bytes;
  if (!config) return { ...DEFAULT_BODY_LIMITS, bytes };
  const { body_read_timeout: totalMs, body_idle_timeout: idleMs } = config.server.http;
  return { bytes, totalMs, idleMs, jsonValues: config.limits.router.http_max_json_values };
}

function toSocketLimits({ server: { websocket }, rate_limit: rateLimit }: RouterConfig): SocketLimits {
  return {
    maxPerAddress: websocket.max_connections_per_address,
    maxPerUser: websocket.max_connections_per_user,
    addressOf: (headers, address) => findClientAddress(rateLimit?.client_ip_header, headers, address),
  };
}

function toRoutes(
  { config, telemetry, sandbox, path, routes = new Map() }: DoorsOptions,
  own: readonly (readonly [string, HttpHandler])[],
): Map<string, HttpHandler> {
  const showsSandbox = sandbox ?? (config ? config.sandbox.enabled || config.homepage.enabled : true);
  const page = typeof sandbox === 'object' ? sandbox : {};
  const graphiql = showsSandbox ? createSandboxRoutes(toExamplePath(path), page) : [];
  return new Map([...own, ...telemetry.routes, ...graphiql, ...routes]);
}

/** Lets the requests under way end, and cuts what takes longer than it may. */
async function drain(server: Server, closed: Promise<unknown>, closeUnused: () => void, limitMs: number) {
  const closeIdle = () => {
    server.closeIdleConnections();
    closeUnused();
  };
  closeIdle();
  // Whatever is answered from now on leaves an idle connection behind.
  const idle = setInterval(closeIdle, 100);
  const cut = setTimeout(() => server.closeAllConnections(), limitMs);
  await closed;
  clearTimeout(cut);
  clearInterval(idle);
}
