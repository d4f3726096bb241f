import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

export interface JwksSourceOptions {
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** Age of the keys after which they are read again. Default 60,000. */
  readonly pollIntervalMs?: number;
  /** Least time between two reads, even when clients send made-up key ids. Default 1,000. */
  readonly cooldownMs?: number;
  /** Timeout of one read. Default 5,000. */
  readonly timeoutMs?: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
  /** For the lines that say that the keys cannot be read, and that they can again. Default none. */
  readonly log?: Logger | undefined;
}

/**
 * The keys of an issuer, read when first needed. Rotation fails no request: a token with an unknown key id waits for
 * one new read, keys past their poll interval go on serving while they are read again, and when the JWKS endpoint is
 * unreachable the last keys stay in use.
 *
 * @returns a key resolver for jose. It throws jose's errors for an unknown key, and the error of the read while no keys
 *   have been read yet
 */
export function createJwksSource({
  url,
  headers = [],
  pollIntervalMs = 60_000,
  cooldownMs = 1_000,
  timeoutMs = 5_000,
  now = () => performance.now(),
  log,
}: JwksSourceOptions): JWTVerifyGetKey {
  const outage = new Outage({
    log,
    begins: {
      action: 'jwks.away',
      message:
        'The JWKS cannot be read. The last keys that were read stay in use; without any, tokens are refused with 503.',
    },
    ends: { action: 'jwks.back', message: 'The JWKS can be read again.' },
    fields: { url },
  });
  let keys: JWTVerifyGetKey | null = null;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  const read = async (): Promise<void> => {
    const waitMs = triedAtMs + cooldownMs - now();
    if (waitMs > 0) await delay(waitMs);
    triedAtMs = now();
    try {
      keys = createLocalJWKSet(await fetchKeys(url, headers, timeoutMs));
    } catch (error) {
      outage.fail(error);
      throw error;
    }
    outage.succeed();
  };
  const refresh = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };

  return async (header, token) => {
    if (!keys) await refresh();
    // `read` has logged the failure, and the last keys go on serving.
    else if (now() - triedAtMs >= pollIntervalMs) refresh().catch(() => undefined);
    try {
      return await keys!(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // `read` has logged the failure. Without new keys the token is refused.
      await refresh().catch(() => undefined);
      return keys!(header, token);
    }
  };
}

async function fetchKeys(
  url: string,
  headers: NonNullable<JwksSourceOptions['headers']>,
  timeoutMs: number,
): Promise<JSONWebKeySet> {
  if (url.startsWith('file:')) return JSON.parse(await readFile(new URL(url), 'utf8')) as JSONWebKeySet;
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...Object.fromEntries(headers.map(({ name, value }) => [name, value])) },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`The key set at ${url} answered ${response.status}; expected 200 with a JWKS.`);
  return (await response.json()) as JSONWebKeySet;
}
