import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { HttpError } from '../request/http.error.ts';
import { compileRoutePattern, hasParameters } from '../request/route.pattern.ts';
import { assertReadable } from '../transport/http.request.ts';
import type { Cors } from './cors.ts';
import { createCsrfCheck } from './csrf.ts';
import { answerRefused } from './http.answer.ts';
import type { AssertCapacity } from './load.limit.ts';
import type { Routes } from './routes.ts';

/** Checks HTTP requests to the GraphQL path before their bodies are read, and hands other paths to the routes. */
export function createHttpHandler(
  { config, path }: { readonly config: RouterConfig; readonly path: string },
  cors: Cors,
  routes: Routes | null,
  assertCapacity: AssertCapacity | null,
): GatewayHooks['handleHttp'] {
  const assertPreflighted = createCsrfCheck(config.csrf);
  const isGraphQL = compileRoutePattern(path);
  const mayTakeOthers = hasParameters(path);
  const mcpPath = config.mcp?.enabled ? config.mcp.path : undefined;
  const maxHeaders = config.limits.router.http1_max_request_headers ?? 100;

  return (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '/';
    const queryAt = url.indexOf('?');
    const pathname = queryAt < 0 ? url : url.slice(0, queryAt);
    const isMcp = pathname === mcpPath;
    if (!isMcp && !isGraphQL(pathname)) return routes?.handle(request, response) ?? false;
    const taken = mayTakeOthers && !isMcp && routes?.handle(request, response);
    if (taken) return taken;
    if (cors.handle(request, response)) return true;
    try {
      assertHeaderCount(request, maxHeaders);
      // There no cookie signs in, and the Origin is checked.
      if (!isMcp) {
        assertReadable(request);
        assertPreflighted?.(request);
      }
    } catch (error) {
      answerRefused(response, error);
      return true;
    }
    if (!assertCapacity) return false;
    return assertCapacity(request, response).then(
      () => false,
      (error) => {
        answerRefused(response, error);
        return true;
      },
    );
  };
}

function assertHeaderCount({ rawHeaders }: IncomingMessage, max: number): void {
  if (rawHeaders.length / 2 <= max) return;
  throw new HttpError(
    431,
    `The request has ${rawHeaders.length / 2} headers, where at most ${max} are allowed.`,
    'TOO_MANY_HEADERS',
  );
}
