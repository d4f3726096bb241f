import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { RemoteError, UnavailableError } from './errors.ts';
import type { ServiceDirectory, ServiceName } from './services.ts';
import { injectTrace } from './telemetry.ts';

export interface CallOptions<T> {
  /** The user on whose behalf the call is made. */
  readonly userId: string;
  readonly body: unknown;
  /** Schema of the answer. */
  readonly result: z.ZodType<T>;
  readonly signal?: AbortSignal;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/** Calls other services over plain HTTP. Each call has a short-lived token that names the user, the caller and the callee. */
export interface ServiceClient {
  /**
   * @param path the path without the prefix `/internal/`: `holds`
   * @throws AppError with the callee's code and message if it refuses; `SERVICE_UNAVAILABLE` if it does not answer
   */
  call<T>(callee: ServiceName, path: string, options: CallOptions<T>): Promise<T>;
}

export interface ServiceClientOptions {
  readonly service: ServiceName;
  readonly services: ServiceDirectory;
  /** The credential for obtaining tokens from auth. */
  readonly secret: string;
  readonly now?: () => number;
}

/** Answer of auth's `POST /internal/tokens` to `{ userId, audience }`, authenticated by `Basic <service>:<secret>`. */
export const tokenGrant = z.object({ token: z.string(), expiresAt: z.iso.datetime() });

/** Body of every error answer over plain HTTP. */
const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
});

/** Time before its expiry at which a token is renewed, so that it stays valid during the call. */
const RENEW_BEFORE_MS = 60_000;

export function createServiceClient({
  service,
  services,
  secret,
  now = Date.now,
}: ServiceClientOptions): ServiceClient {
  const grants = new LRUCache<string, { token: string; renewAt: number }>({ max: 10_000 });
  const credential = `Basic ${Buffer.from(`${service}:${secret}`).toString('base64')}`;

  async function tokenFor(userId: string, audience: ServiceName, signal: AbortSignal): Promise<string> {
    const key = `${audience} ${userId}`;
    const known = grants.get(key);
    if (known && known.renewAt > now()) return known.token;
    const grant = tokenGrant.parse(await post('auth', 'tokens', credential, { userId, audience }, signal));
    grants.set(key, { token: grant.token, renewAt: Date.parse(grant.expiresAt) - RENEW_BEFORE_MS });
    return grant.token;
  }

  async function post(
    callee: ServiceName,
    path: string,
    authorization: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${services.url(callee)}/internal/${path}`, {
        method: 'POST',
        headers: injectTrace({ 'content-type': 'application/json', authorization }),
        body: JSON.stringify(body),
        signal,
      });
    } catch (cause) {
      throw new UnavailableError('SERVICE_UNAVAILABLE', `The ${callee} service does not answer. Try again later.`, {
        details: { service: callee },
        cause,
      });
    }
    // A body that is not JSON does not come from a service of ours. Its status is reported below.
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    const refusal = errorBody.safeParse(answer);
    if (!refusal.success) {
      throw new UnavailableError(
        'SERVICE_UNAVAILABLE',
        `The ${callee} service failed with status ${response.status}.`,
        {
          details: { service: callee },
        },
      );
    }
    const { code, message, details } = refusal.data.error;
    throw new RemoteError(code, message, response.status, details ? { details } : {});
  }

  return {
    async call(callee, path, { userId, body, result, signal, timeoutMs = 10_000 }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const limit = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const token = await tokenFor(userId, callee, limit);
      return result.parse(await post(callee, path, `Bearer ${token}`, body, limit));
    },
  };
}
