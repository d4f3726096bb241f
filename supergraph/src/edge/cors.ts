import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RouterConfig } from '../config/config.schema.ts';

type CorsConfig = RouterConfig['cors'];
type Policy = CorsConfig['policies'][number];

export interface Cors {
  /** Sets the CORS headers of the response. True for a preflight request, which is then answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Whether a page of this origin may send requests at all. */
  listsOrigin(origin: string): boolean;
  /** Whether a page of this origin may send requests with the user's cookies. */
  allowsOrigin(origin: string): boolean;
}

/** Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol) by Apollo Router's policies. */
export function createCors(config: CorsConfig): Cors {
  const findPolicy = (origin: string): Policy | undefined =>
    config.policies.find(
      ({ origins, match_origins }) =>
        origins.includes(origin) || match_origins?.some((pattern) => pattern.test(origin)),
    );

  return {
    listsOrigin: (origin) => config.allow_any_origin || findPolicy(origin) !== undefined,
    allowsOrigin(origin) {
      const policy = findPolicy(origin);
      return policy !== undefined && (policy.allow_credentials ?? config.allow_credentials);
    },
    handle(request, response) {
      const { origin } = request.headers;
      const isPreflight =
        request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
      response.setHeader('vary', 'origin');
      if (origin === undefined) return false;
      const policy = config.allow_any_origin ? undefined : findPolicy(origin);
      if (policy || config.allow_any_origin) setHeaders(request, response, config, policy, isPreflight);
      // A preflight from an unlisted origin is answered too. Without CORS headers the browser sends no request.
      if (isPreflight) response.writeHead(204, { 'content-length': 0 }).end();
      return isPreflight;
    },
  };
}

function setHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  config: CorsConfig,
  policy: Policy | undefined,
  isPreflight: boolean,
): void {
  const orGlobal = <T>(own: readonly T[] | null | undefined, all: readonly T[] | null | undefined) =>
    own?.length ? own : all;
  response.setHeader('access-control-allow-origin', policy ? request.headers.origin! : '*');
  if (policy?.allow_credentials ?? config.allow_credentials)
    response.setHeader('access-control-allow-credentials', 'true');
  if (!isPreflight) {
    const exposed = orGlobal(policy?.expose_headers, config.expose_headers);
    if (exposed?.length) response.setHeader('access-control-expose-headers', exposed.join(', '));
    return;
  }
  const methods = policy?.methods ?? config.methods;
  if (methods.length > 0) response.setHeader('access-control-allow-methods', methods.join(', '));
  const allowed = orGlobal(policy?.allow_headers, config.allow_headers);
  const headers = allowed?.length ? allowed.join(', ') : request.headers['access-control-request-headers'];
  if (headers) response.setHeader('access-control-allow-headers', headers);
  const maxAgeMs = policy?.max_age ?? config.max_age;
  if (maxAgeMs !== null && maxAgeMs !== undefined)
    response.setHeader('access-control-max-age', Math.floor(maxAgeMs / 1_000));
  const privateNetwork = policy?.private_network_access;
  if (privateNetwork && request.headers['access-control-request-private-network'] === 'true') {
    response.setHeader('access-control-allow-private-network', 'true');
    if (privateNetwork.access_id) response.setHeader('private-network-access-id', privateNetwork.access_id);
    if (privateNetwork.access_name) response.setHeader('private-network-access-name', privateNetwork.access_name);
  }
}
