import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { ForbiddenError, InvalidInputError, toAppError, UnauthenticatedError } from '../errors.ts';
import { bearerToken, readJson, sendJson } from '../http/request.ts';
import type { TokenVerifier, Viewer } from '../identity.ts';
import type { Logger } from '../log.ts';
import type { ServiceName } from '../services.ts';

/** An HTTP path of a service other than `/graphql`. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  /** The whole path, without a query string. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse, service: RouteContext): Promise<void>;
}

interface RouteContext {
  readonly service: ServiceName;
  readonly verifier: TokenVerifier;
  readonly log: Logger;
  /** Aborts when the caller has disconnected. */
  readonly signal: AbortSignal;
}

export interface InternalCall {
  /** The user on whose behalf the calling service acts; `viewer.actor` is that service. */
  readonly viewer: Viewer;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Defines a route that other services call with `ServiceClient`. It accepts and returns JSON, and is open only to the named
 * callers with a token for this service.
 */
export function defineInternalRoute<Input, Output>(route: {
  /** `/internal/holds` */
  readonly path: string;
  readonly callers: readonly ServiceName[];
  readonly input: z.ZodType<Input>;
  handle(input: Input, call: InternalCall): Promise<Output>;
}): HttpRoute {
  return {
    method: 'POST',
    path: route.path,
    async handle(request, response, { service, verifier, log, signal }) {
      const token = bearerToken(request.headers.authorization);
      if (!token) throw new UnauthenticatedError(`${route.path} requires a token of auth for the ${service} service.`);
      const viewer = await verifier.verify(token, service);
      if (!viewer.actor || !route.callers.includes(viewer.actor)) {
        throw new ForbiddenError(`${route.path} is not open to ${viewer.actor ?? 'clients'}.`);
      }
      const input = parseInput(route.input, await readJson(request, BODY_LIMIT_BYTES));
      sendJson(response, 200, (await route.handle(input, { viewer, signal, log })) ?? null);
    },
  };
}

/** @throws InvalidInputError naming the first wrong field, with all of them in `details.fields` */
export function parseInput<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
  const first = fields[0];
  throw new InvalidInputError(first?.field || 'input', `${first?.field || 'input'}: ${first?.message}`, {
    details: { fields },
  });
}

/** Sends an error over plain HTTP in the form that `ServiceClient` reads. */
export function sendError(response: ServerResponse, error: unknown, log: Logger): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = toAppError(error);
  if (known) {
    const { code, message, details, status } = known;
    sendJson(response, status, { error: { code, message, details } });
    return;
  }
  log.error({ action: 'request.failed', error });
  sendJson(response, 500, {
    error: { code: 'INTERNAL_ERROR', message: 'An unexpected error occurred in the service.' },
  });
}
