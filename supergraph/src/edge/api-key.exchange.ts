import { AppError, UnavailableError } from '@vibecode/platform/errors';
import { z } from 'zod';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import '../request/errors.ts';

const TIMEOUT_MS = 5_000;

/** Exchanges the API key of a partner for a short-lived token. Null for an unknown key. */
export type ExchangeApiKey = (
  apiKey: string,
) => Promise<{ readonly token: string; readonly expiresAtMs: number } | null>;

const answerSchema = z.object({
  accessToken: z.string().min(1),
  /** ISO 8601, or milliseconds since the epoch. */
  expiresAt: z.union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)), z.number()]),
});

/**
 * Exchanges API keys at the server that the configuration names. The server gets `{ apiKey }` and answers
 * `{ accessToken, expiresAt }`, or 401, 403 or 404 for an unknown key. Undefined when no exchange is configured.
 */
export function createApiKeyExchange(
  { authentication }: RouterConfig,
  { subgraphs }: Pick<LoadedSupergraph, 'subgraphs'>,
): ExchangeApiKey | undefined {
  const config = authentication.router?.api_key;
  if (!config) return undefined;
  const url = config.exchange_url ?? new URL(config.path, findSubgraphUrl(config.subgraph!, subgraphs)).href;

  return async (apiKey) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiKey }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause) => {
      throw unavailable(cause);
    });
    if ([401, 403, 404].includes(response.status)) return null;
    // A body that is not JSON fails the check of its shape below.
    const answer = response.ok ? answerSchema.safeParse(await response.json().catch(() => null)) : null;
    if (!answer?.success)
      throw unavailable(answer?.error ?? new Error(`The exchange server answered ${response.status}.`));
    return { token: answer.data.accessToken, expiresAtMs: answer.data.expiresAt };
  };
}

/** @throws AppError for a subgraph that the supergraph does not have */
export function findSubgraphUrl(name: string, subgraphs: ReadonlyMap<string, string>): string {
  const url = subgraphs.get(name);
  if (url) return url;
  throw new AppError(
    'GATEWAY_UNKNOWN_SUBGRAPH',
    `The configuration names the subgraph '${name}', which the supergraph does not have; it has ${[...subgraphs.keys()].join(', ')}.`,
  );
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('AUTHENTICATION_UNAVAILABLE', 'API keys cannot be checked now. Try again later.', {
    cause,
  });
}
