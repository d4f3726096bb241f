// type-graphql's decorators need it before a service's classes are loaded.
import 'reflect-metadata';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { register } from 'prom-client';
import { WebSocketServer } from 'ws';
import { NotFoundError } from './errors.ts';
import { listen } from './http/listen.ts';
import { bearerToken, sendJson } from './http/request.ts';
import { newId } from './id.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { ServiceName } from './services.ts';
import { startGraphQLHttp } from './subgraph/graphql-http.ts';
import { startGraphQLWebSocket } from './subgraph/graphql-websocket.ts';
import { type HttpRoute, sendError } from './subgraph/http-route.ts';
import type { CreateContext, OperationContext } from './subgraph/operation-context.ts';
import { measureFields, measureProcess, measureRequest } from './subgraph/subgraph.metrics.ts';
import { withSpan } from './telemetry.ts';

export interface SubgraphOptions<Context extends OperationContext> {
  readonly infrastructure: Infrastructure;
  readonly schema: GraphQLSchema;
  readonly context: CreateContext<Context>;
  readonly routes?: readonly HttpRoute[];
  /** Checks for `/health/ready`, by name. A check throws if its dependency is not usable. */
  readonly ready?: Readonly<Record<string, () => Promise<unknown>>>;
  /** Largest GraphQL request. Default 16 MiB, which fits a changeset of many files. */
  readonly bodyLimitBytes?: number;
}

/** A running service. Disposing stops new requests, waits for running ones, and then closes. */
export interface RunningSubgraph extends AsyncDisposable {
  readonly name: ServiceName;
  /** Base URL without a path: `http://127.0.0.1:8081`. */
  readonly url: string;
}

const OWN_PATHS: ReadonlySet<string> = new Set(['/graphql', '/health/live', '/health/ready', '/metrics']);
const READY_TIMEOUT_MS = 2_000;
const DRAIN_MS = 5_000;

/**
 * Serves a subgraph: `/graphql` over HTTP and graphql-ws, its other routes, `/health/live`, `/health/ready` and
 * `/metrics`, on one port.
 */
export async function startSubgraph<Context extends OperationContext>(
  options: SubgraphOptions<Context>,
): Promise<RunningSubgraph> {
  const { infrastructure, schema, context, routes = [], ready = {}, bodyLimitBytes = 16 * 1024 * 1024 } = options;
  const { service, verifier, log, host, port } = infrastructure;
  const byPath = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  let draining = false;
  measureProcess();
  measureFields(service, schema);

  const graphql = await startGraphQLHttp({ schema, log, bodyLimitBytes, identify, context });

  async function identify(request: IncomingMessage, response: ServerResponse): Promise<OperationContext> {
    const token = bearerToken(request.headers.authorization);
    const requestId = String(request.headers['x-request-id'] ?? newId());
    return {
      viewer: token ? await verifier.verify(token) : null,
      requestId,
      headers: request.headers,
      signal: goneSignal(response),
      log: log.child({ requestId }),
      appendHeader: (name, value) => void response.appendHeader(name, value),
    };
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://service').pathname;
    const known = byPath.get(`${request.method} ${path}`);
    measureRequest(service, known || OWN_PATHS.has(path) ? path : null, request, response);
    if (path === '/graphql') {
      await withSpan('graphql', { parent: request.headers, attributes: { 'vibecode.service': service } }, () =>
        graphql.handle(request, response),
      );
      return;
    }
    if (known) {
      await withSpan(path, { parent: request.headers, attributes: { 'vibecode.service': service } }, () =>
        known.handle(request, response, { service, verifier, log, signal: goneSignal(response) }),
      );
    } else if (path === '/health/live') {
      sendJson(response, 200, { status: 'UP' });
    } else if (path === '/health/ready') {
      const checks = await runChecks(ready);
      const up = !draining && Object.values(checks).every((state) => state === 'UP');
      sendJson(response, up ? 200 : 503, { status: up ? 'UP' : 'DOWN', checks });
    } else if (path === '/metrics') {
      response.setHeader('content-type', register.contentType);
      response.end(await register.metrics());
    } else {
      throw new NotFoundError('route', `${request.method} ${path}`);
    }
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error) => sendError(response, error, log));
  });
  await listen(server, host, port);
  // After listening has succeeded, because the socket server would report a port in use a second time.
  const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false });
  const websocket = startGraphQLWebSocket({ server: sockets, schema, log, verifier, context });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error(`The ${service} service has no TCP address.`);
  const url = `http://${host}:${address.port}`;
  log.info({ action: 'service.started', url });

  return {
    name: service,
    url,
    async [Symbol.asyncDispose]() {
      draining = true;
      const closed = new Promise((resolve) => server.close(resolve));
      await websocket[Symbol.asyncDispose]();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(cut);
      await graphql[Symbol.asyncDispose]();
      log.info({ action: 'service.stopped' });
    },
  };
}

/** @returns `UP`, or `DOWN` with the reason, by the name of the check */
async function runChecks(ready: NonNullable<SubgraphOptions<never>['ready']>): Promise<Record<string, string>> {
  const checks = await Promise.all(
    Object.entries(ready).map(async ([name, check]): Promise<[string, string]> => {
      const timeout = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error(`no answer in ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS).unref(),
      );
      return Promise.race([check(), timeout]).then(
        () => [name, 'UP'],
        (error: Error) => [name, `DOWN: ${error.message}`],
      );
    }),
  );
  return Object.fromEntries(checks);
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
