import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import type { Identity } from '../request/context.ts';
import { HttpError } from '../request/http.error.ts';
import { type ClientTls, toClientTls } from '../traffic/client.tls.ts';
import { findSubgraphUrl } from './api-key.exchange.ts';
import type { Cors } from './cors.ts';
import { createCsrfCheck } from './csrf.ts';
import { HOP_BY_HOP } from './hop.headers.ts';
import { answerRefused } from './http.answer.ts';
import type { IdentityProvider } from './identity.ts';
import type { RequestBudget } from './request.budget.ts';

type RouteConfig = RouterConfig['routes'][number];

export interface RoutesOptions {
  readonly config: RouterConfig;
  readonly supergraph: Pick<LoadedSupergraph, 'subgraphs'>;
  readonly identity: IdentityProvider | null;
  readonly budget: RequestBudget | null;
  readonly cors: Cors;
  readonly log: Logger;
}

/** Paths that other servers answer, behind the same door: body and answer stream as they are. */
export interface Routes extends AsyncDisposable {
  /** False when no route has the path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
}

/** Null when the configuration has no routes. @throws AppError for a route to a subgraph that is not there */
export function createRoutes(options: RoutesOptions): Routes | null {
  const { config, supergraph, identity, budget, cors, log } = options;
  if (config.routes.length === 0) return null;
  // The longest prefix wins, wherever it stands in the file.
  const routes = config.routes
    .map((route) => ({ route, target: new URL(route.url ?? findSubgraphUrl(route.subgraph!, supergraph.subgraphs)) }))
    .sort((a, b) => b.route.path.length - a.route.path.length);
  const assertPreflighted = createCsrfCheck(config.csrf);
  const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new TlsAgent({ keepAlive: true }) };

  let active = 0;
  let isDisposed = false;
  const closeIdle = (): void => {
    if (isDisposed && active === 0) for (const agent of Object.values(agents)) agent.destroy();
  };

  /** Who asks; a credential that the route takes no interest in goes on as it is. */
  async function identify({ authentication }: RouteConfig, request: IncomingMessage): Promise<Identity | null> {
    if (authentication === 'none' || !identity) return null;
    const headers = request.headers as Record<string, string | undefined>;
    const { remoteAddress } = request.socket;
    const found = await identity.identify(headers, undefined, budget?.forVerification({ headers, remoteAddress }));
    if (!found.identity && authentication === 'required') throw new UnauthenticatedError();
    if (found.byCookie) assertPreflighted?.(request);
    return found.identity;
  }

  async function admit(
    route: RouteConfig,
    request: IncomingMessage,
    response: ServerResponse,
    viewer: Identity | null,
  ): Promise<void> {
    if (!budget || !route.rate_limit) return;
    await budget.count({
      headers: request.headers as Record<string, string | undefined>,
      remoteAddress: request.socket.remoteAddress,
      identity: viewer,
      setHeader: (name, value) => void response.setHeader(name, value),
    });
  }

  async function forward(
    route: RouteConfig,
    target: URL,
    requested: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (route.methods && !route.methods.includes(request.method ?? '')) {
      response.setHeader('allow', route.methods.join(', '));
      throw new HttpError(
        405,
        `${route.path} takes ${route.methods.join(', ')}, not ${request.method}.`,
        'METHOD_NOT_ALLOWED',
      );
    }
    const limitBytes = route.max_request_bytes ?? config.limits.router.http_max_request_bytes;
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
    const viewer = await identify(route, request);
    await admit(route, request, response, viewer);
    await proxy({
      url: toTargetUrl(route, target, requested),
      agent: agents[target.protocol as keyof typeof agents],
      tls: route.subgraph === undefined ? null : toClientTls(config.tls, route.subgraph),
      headers: toForwardedHeaders(request, route, viewer),
      limitBytes,
      timeoutMs: route.timeout,
      idleMs: route.body_idle_timeout,
      request,
      response,
    });
  }

  return {
    handle(request, response) {
      // As the target will read it: `/hooks/../admin` is no path below /hooks.
      const url = normalize(request.url ?? '/');
      const found = url && routes.find(({ route: { path } }) => isBelow(url.pathname, path));
      if (!found) return false;
      if (cors.handle(request, response)) return true;
      active += 1;
      return forward(found.route, found.target, url, request, response)
        .then(
          () => true,
          (error) => {
            if (response.headersSent) response.destroy();
            else {
              response.once('finish', () => request.resume());
              answerRefused(response, toRouteError(error, found.route, log));
            }
            return true;
          },
        )
        .finally(() => {
          active -= 1;
          closeIdle();
        });
    },
    // What streams goes on to its end: a reload cuts off nobody.
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      closeIdle();
    },
  };
}

interface Forward {
  readonly url: URL;
  readonly agent: Agent;
  /** Whom to trust and what to show, where the target is a subgraph. */
  readonly tls: ClientTls | null;
  readonly headers: IncomingHttpHeaders;
  readonly limitBytes: number;
  readonly timeoutMs: number;
  /** Of the body. */
  readonly idleMs: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function proxy({
  url,
  agent,
  tls,
  headers,
  limitBytes,
  timeoutMs,
  idleMs,
  request,
  response,
}: Forward): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(url, { ...tls, method: request.method, headers, agent, signal: gone.signal });
  const timer = setTimeout(
    () =>
      outgoing.destroy(new HttpError(504, 'The server behind this path did not answer in time.', 'GATEWAY_TIMEOUT')),
    timeoutMs,
  );
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  }).finally(() => clearTimeout(timer));
  const sent = pipeline(readLimited(request, limitBytes, idleMs), outgoing);
  const refused = Promise.withResolvers<never>();
  // A server may answer, and close, before it has taken the whole body.
  sent.catch((error) => {
    if (error instanceof HttpError) refused.reject(error);
    outgoing.destroy(error);
  });
  // Where the body is refused the other has no answer any more, which nobody waits for.
  answered.catch(() => undefined);
  const incoming = await Promise.race([answered, refused.promise]);
  const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, ...answer } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, answer);
  response.flushHeaders();
  await pipeline(incoming, response);
}

/**
 * The body as it comes. Time counts while the client is waited for only: a target that takes nothing is not the client's
 * fault. A request that is refused is left as it is, so that it can be answered.
 */
async function* readLimited(request: IncomingMessage, limitBytes: number, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false });
  let bytes = 0;
  for (;;) {
    const idle = Promise.withResolvers<never>();
    const timer = setTimeout(() => idle.reject(tooSlow()), idleMs);
    const next = await Promise.race([chunks.next(), idle.promise]).finally(() => clearTimeout(timer));
    if (next.done) return;
    const chunk = next.value as Buffer;
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    yield chunk;
  }
}

function toTargetUrl({ path, target_path: targetPath, url }: RouteConfig, target: URL, requested: URL): URL {
  const rest = requested.pathname.slice(path.replace(/\/$/, '').length);
  const prefix = targetPath ?? (url && target.pathname !== '/' ? target.pathname : path);
  return new URL(`${target.origin}${prefix.replace(/\/$/, '')}${rest}${requested.search}`);
}

/** Null for a target that is no URL. */
function normalize(target: string): URL | null {
  return URL.parse(target.startsWith('/') ? `http://gateway${target}` : target);
}

function isBelow(pathname: string, path: string): boolean {
  const base = path.replace(/\/$/, '');
  return pathname === base || pathname.startsWith(`${base}/`);
}

function toForwardedHeaders(
  request: IncomingMessage,
  route: RouteConfig,
  viewer: Identity | null,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = { ...request.headers };
  for (const name of [...HOP_BY_HOP, 'host', 'expect']) delete headers[name];
  delete headers['x-authenticated-user'];
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], request.socket.remoteAddress].filter(Boolean).join(', ');
  headers['x-forwarded-host'] = request.headers.host;
  headers['x-forwarded-proto'] = 'encrypted' in request.socket ? 'https' : 'http';
  if (route.authentication === 'none' || !viewer) return headers;
  headers.authorization = `Bearer ${viewer.token}`;
  if (viewer.subject) headers['x-authenticated-user'] = viewer.subject;
  return headers;
}

function tooLarge(limitBytes: number): HttpError {
  return new HttpError(413, `The request's body is over the limit of ${limitBytes} bytes.`, 'PAYLOAD_TOO_LARGE');
}

function tooSlow(): HttpError {
  return new HttpError(408, "The request's body came too slowly.", 'REQUEST_TIMEOUT', { connection: 'close' });
}

function toRouteError(error: unknown, { path }: RouteConfig, log: Logger): unknown {
  const { status, code } = error as { status?: number; code?: string };
  if (status !== undefined) return error;
  log.warn({ action: 'route.failed', path, error });
  return new HttpError(
    502,
    `The server behind ${path} could not be reached${code ? ` (${code})` : ''}.`,
    'BAD_GATEWAY',
  );
}
