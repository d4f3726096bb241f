import { readJson, sendJson } from '@vibecode/platform/http/request';
import { serviceNames } from '@vibecode/platform/services';
import type { HttpRoute } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import { parseArgument } from './input.ts';
import { requireService } from './service.credential.ts';
import type { AuthServices } from './services.ts';

const BODY_LIMIT_BYTES = 16 * 1024;
/** Time that verifiers and proxies may cache the key set. New keys are published well before they sign. */
const JWKS_MAX_AGE_SECONDS = 300;

const grantInput = z.object({ userId: z.uuid('is not a user id'), audience: z.enum(serviceNames) });
const exchangeInput = z.object({ secret: z.string().min(1, 'is empty').max(512, 'is too long to be an API key') });

/**
 * - `GET /.well-known/jwks.json`: the keys that verify tokens (RFC 7517), for every client
 * - `POST /internal/tokens` `{userId, audience}` -> `{token, expiresAt}`: a service obtains a token for a user at another service
 * - `POST /internal/api-keys/exchange` `{secret}` -> `{token, expiresAt}`: the gateway exchanges an API key for a token
 *
 * @param secret the shared credential of this system's processes
 */
export function createAuthRoutes({ ring, tokens, apiKeys }: AuthServices, secret: string): HttpRoute[] {
  return [
    {
      method: 'GET',
      path: '/.well-known/jwks.json',
      async handle(_request, response) {
        sendJson(response, 200, ring.jwks, { 'cache-control': `public, max-age=${JWKS_MAX_AGE_SECONDS}` });
      },
    },
    {
      method: 'POST',
      path: '/internal/tokens',
      async handle(request, response) {
        const caller = requireService(request.headers, secret, serviceNames);
        const input = parseArgument(grantInput, 'body', await readJson(request, BODY_LIMIT_BYTES));
        sendJson(response, 200, await tokens.issueForService({ ...input, caller }));
      },
    },
    {
      method: 'POST',
      path: '/internal/api-keys/exchange',
      async handle(request, response) {
        requireService(request.headers, secret, ['gateway']);
        const input = parseArgument(exchangeInput, 'body', await readJson(request, BODY_LIMIT_BYTES));
        sendJson(response, 200, await apiKeys.exchange(input.secret));
      },
    },
  ];
}
