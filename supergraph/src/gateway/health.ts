import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '@vibecode/platform/http/request';
import type { RouterConfig } from '../config/config.schema.ts';
import type { HttpHandler } from '../request/hooks.ts';
import { type SideServer, startSideServer, toAddress } from './listen.ts';

/** Liveness and readiness, by default at `/health/live` and `/health/ready`, and as Apollo Router has them: `/health?live`, `/health?ready`. */
function toHealthRoutes(isReady: () => boolean, path = '/health'): [string, HttpHandler][] {
  const live = (_request: IncomingMessage, response: ServerResponse) => sendJson(response, 200, { status: 'UP' });
  const ready = (_request: IncomingMessage, response: ServerResponse) => {
    const up = isReady();
    sendJson(response, up ? 200 : 503, { status: up ? 'UP' : 'DOWN' });
  };
  return [
    [path, (request, response) => (/\?ready\b/i.test(request.url ?? '') ? ready : live)(request, response)],
    [`${path}/live`, live],
    [`${path}/ready`, ready],
  ];
}

export interface Health extends AsyncDisposable {
  /** What the clients' own server answers. */
  readonly routes: readonly [string, HttpHandler][];
  /** The health check's own address, where it has one. */
  readonly url: string | null;
}

/** Health as the configuration has it: switched off, at another path, or at an address of its own. */
export async function startHealth(config: RouterConfig | null, isReady: () => boolean): Promise<Health> {
  const check = config?.health_check;
  const routes = check?.enabled === false ? [] : toHealthRoutes(isReady, check?.path);
  if (!check?.listen || check.listen === config?.supergraph.listen || routes.length === 0) {
    return { routes, url: null, [Symbol.asyncDispose]: async () => undefined };
  }
  const handlers = new Map(routes);
  const server: SideServer = await startSideServer(toAddress(check.listen), (request, response) => {
    const handle = handlers.get(request.url?.split('?', 1)[0] ?? '/');
    if (handle) void handle(request, response);
    else response.writeHead(404).end();
  });
  return { routes: [], url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
