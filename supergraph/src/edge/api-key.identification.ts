import { UnauthenticatedError } from '@vibecode/platform/errors';
import { LRUCache } from 'lru-cache';
import type { Identity } from '../request/context.ts';
import type { ExchangeApiKey } from './api-key.exchange.ts';
import { chargeRefusal, type VerificationBudget } from './request.budget.ts';
import type { TokenVerification } from './token.verification.ts';

/** Rejects with an UnauthenticatedError for an unknown key. */
export type IdentifyApiKey = (
  apiKey: string,
  budget: VerificationBudget | undefined,
) => Promise<{ readonly identity: Identity; readonly byCookie: false }>;

/** Identifies partners by their API keys. The token of a key is used again until it expires, for at most a minute. */
export function createApiKeyIdentification(
  exchange: ExchangeApiKey,
  { verify }: Pick<TokenVerification, 'verify'>,
  now: () => number,
): IdentifyApiKey {
  const tokensOfKeys = new LRUCache<string, { token: string; expiresAtMs: number }>({ max: 10_000, ttl: 60_000 });

  return async (apiKey, budget) => {
    let token = tokensOfKeys.get(apiKey);
    if (!token || token.expiresAtMs <= now() + 5_000) {
      token = await chargeRefusal(budget, async () => {
        const fresh = await exchange(apiKey);
        if (fresh) return fresh;
        throw new UnauthenticatedError('The API key is unknown or was revoked.', { details: { reason: 'api-key' } });
      });
      tokensOfKeys.set(apiKey, token, { ttl: Math.max(1, Math.min(60_000, token.expiresAtMs - now())) });
    }
    return { identity: await verify(token.token), byCookie: false };
  };
}
