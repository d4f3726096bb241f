import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { RouterConfig } from '../config/config.schema.ts';
import type { Identity } from '../request/context.ts';
import { HttpError } from '../request/http.error.ts';
import { createCsrfCheck } from './csrf.ts';
import type { IdentityProvider } from './identity.ts';
import { tooLarge } from './limited.body.ts';
import type { RequestBudget } from './request.budget.ts';
import type { RouteConfig } from './route.target.ts';

export interface RouteAdmissionOptions {
  readonly config: RouterConfig;
  readonly identity: IdentityProvider | null;
  readonly budget: RequestBudget | null;
}

/** Resolves with the viewer when the request may go to its target. Rejects with the error for the client. */
export type AdmitToRoute = (
  route: RouteConfig,
  limitBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<Identity | null>;

export function createRouteAdmission({ config, identity, budget }: RouteAdmissionOptions): AdmitToRoute {
  const assertPreflighted = createCsrfCheck(config.csrf);

  /** The viewer. A route without authentication ignores credentials, and passes them on unread. */
  async function identify({ authentication }: RouteConfig, request: IncomingMessage): Promise<Identity | null> {
    if (authentication === 'none' || !identity) return null;
    const headers = request.headers as Record<string, string | undefined>;
    const { remoteAddress } = request.socket;
    const found = await identity.identify(headers, undefined, budget?.forVerification({ headers, remoteAddress }));
    if (!found.identity && authentication === 'required') throw new UnauthenticatedError();
    if (found.byCookie) assertPreflighted?.(request);
    return found.identity;
  }

  return async (route, limitBytes, request, response) => {
    assertMethod(route, request, response);
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
    const viewer = await identify(route, request);
    if (!budget || !route.rate_limit) return viewer;
    await budget.count({
      headers: request.headers as Record<string, string | undefined>,
      remoteAddress: request.socket.remoteAddress,
      identity: viewer,
      setHeader: (name, value) => void response.setHeader(name, value),
    });
    return viewer;
  };
}

function assertMethod({ path, methods }: RouteConfig, { method }: IncomingMessage, response: ServerResponse): void {
  if (!methods || methods.includes(method ?? '')) return;
  response.setHeader('allow', methods.join(', '));
  throw new HttpError(405, `${path} takes ${methods.join(', ')}, not ${method}.`, 'METHOD_NOT_ALLOWED');
}
