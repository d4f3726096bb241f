import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { Logger } from '@vibecode/platform/log';
import { createLog } from '@vibecode/platform/log';
import { type Core, createCore } from './core.ts';
import { toHealthRoutes } from './health.ts';
import type { GatewayHooks } from './hooks.ts';
import { createHttpServer, type HttpHandler } from './http.ts';
import { createSandboxRoutes } from './sandbox.ts';
import { createSubgraphClient } from './subgraph-client.ts';
import { createSubscriptions } from './subscription/subscription.ts';
import { createUpstreams } from './subscription/upstream.ts';
import { loadSupergraph } from './supergraph.ts';
import { startWebSocket } from './websocket.ts';

export interface GatewayOptions {
  /** The composed supergraph, as text or as a file. */
  readonly supergraph: { readonly sdl: string } | { readonly path: string };
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
  /** Whether clients may ask for the schema. Default true. */
  readonly introspection?: boolean;
  /** Whether browsers find GraphiQL at `/`. Default true. */
  readonly sandbox?: boolean;
  /** Time for a subgraph's answer. Default 30,000. */
  readonly subgraphTimeoutMs?: number;
}

/** A gateway that answers. Disposing it takes no new requests, and waits for those under way. */
export interface RunningGateway extends AsyncDisposable {
  /** `http://127.0.0.1:4000`, without a path. */
  readonly url: string;
  readonly server: Server;
  readonly core: Core;
}

const DRAIN_MS = 10_000;

/** @throws InvalidSupergraphError, or the system's error when it cannot listen or read the file */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { port = 4000, host = '127.0.0.1', hooks, log = createLog({ service: 'gateway' }) } = options;
  const sdl = 'sdl' in options.supergraph ? options.supergraph.sdl : await readFile(options.supergraph.path, 'utf8');
  const supergraph = loadSupergraph(sdl, { overrideSubgraphUrls: options.overrideSubgraphUrls });
  const client = createSubgraphClient({
    urls: supergraph.subgraphs,
    timeoutMs: options.subgraphTimeoutMs,
    headers: hooks?.subgraphHeaders,
  });
  const upstreams = createUpstreams({ urls: supergraph.subgraphs });
  const transport = { fetch: client.fetch, subscribe: upstreams.subscribe };
  const subscribe = createSubscriptions(transport);
  const core = createCore({ supergraph, transport, log, hooks, introspection: options.introspection, subscribe });

  let draining = false;
  const routes = new Map<string, HttpHandler>(toHealthRoutes(() => !draining));
  if (options.sandbox !== false)
    for (const [path, handler] of createSandboxRoutes('/graphql')) routes.set(path, handler);
  const server = createHttpServer({
    core: () => core,
    log,
    routes,
    ...(hooks && { hooks: () => hooks }),
    ...(options.bodyLimitBytes && { bodyLimitBytes: options.bodyLimitBytes }),
  });
  const websocket = startWebSocket({ server, core: () => core, log, ...(hooks && { hooks: () => hooks }) });
  const url = await listen(server, port, host);
  log.info({ action: 'gateway.started', url, supergraph: supergraph.hash.slice(0, 12) });

  return {
    url,
    server,
    core,
    async [Symbol.asyncDispose]() {
      draining = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await websocket[Symbol.asyncDispose]();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(cut);
      await upstreams[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
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
