import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import { HttpError } from '../request/http.error.ts';
import { toClientTls } from '../traffic/client.tls.ts';
import { findSubgraphUrl } from './api-key.exchange.ts';
import type { Cors } from './cors.ts';
import { toForwardedHeaders } from './forwarded.headers.ts';
import { answerRefused } from './http.answer.ts';
import type { IdentityProvider } from './identity.ts';
import type { RequestBudget } from './request.budget.ts';
import { createRouteAdmission } from './route.admission.ts';
import { proxy } from './route.proxy.ts';
import { isBelow, normalize, type RouteConfig, toTargetUrl } from './route.target.ts';

export interface RoutesOptions {
  readonly config: RouterConfig;
  readonly supergraph: Pick<LoadedSupergraph, 'subgraphs'>;
  readonly identity: IdentityProvider | null;
  readonly budget: RequestBudget | null;
  readonly cors: Cors;
  readonly log: Logger;
}

/** Paths that the gateway proxies to other servers. Bodies and answers stream unchanged. */
export interface Routes extends AsyncDisposable {
  /** False when no route has the path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
}

/** Null when the configuration has no routes. @throws AppError for a route to a subgraph that is not there */
export function createRoutes(options: RoutesOptions): Routes | null {
  const { config, supergraph, identity, budget, cors, log } = options;
  if (config.routes.length === 0) return null;
  // The longest prefix wins, in whatever order the file has them.
  const routes = config.routes
    .map((route) => ({ route, target: new URL(route.url ?? findSubgraphUrl(route.subgraph!, supergraph.subgraphs)) }))
    .sort((a, b) => b.route.path.length - a.route.path.length);
  const admit = createRouteAdmission({ config, identity, budget });
  const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new TlsAgent({ keepAlive: true }) };

  let active = 0;
  let isDisposed = false;
  const closeIdle = (): void => {
    if (isDisposed && active === 0) for (const agent of Object.values(agents)) agent.destroy();
  };

  async function forward(
    route: RouteConfig,
    target: URL,
    requested: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const limitBytes = route.max_request_bytes ?? config.limits.router.http_max_request_bytes;
    const viewer = await admit(route, limitBytes, request, response);
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
      // Normalized as the target reads it: `/hooks/../admin` is not a path below /hooks.
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
    // Streams run to their end, so that a reload cuts off no client.
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      closeIdle();
    },
  };
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
