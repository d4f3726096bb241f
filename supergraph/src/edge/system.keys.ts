import { UnavailableError } from '@vibecode/platform/errors';
import { tokenGrant } from '@vibecode/platform/service-call';
import type { ServiceDirectory } from '@vibecode/platform/services';
import type { ExchangeApiKey } from './api-key.exchange.ts';
import '../request/errors.ts';

const TIMEOUT_MS = 5_000;

export interface SystemKeysOptions {
  readonly services: ServiceDirectory;
  /** The credential that processes of this system share. */
  readonly secret: string;
}

/** Exchanges API keys at the auth service of this system, which knows the gateway by the shared credential. */
export function createSystemKeyExchange({ services, secret }: SystemKeysOptions): ExchangeApiKey {
  const authorization = `Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}`;

  return async (apiKey) => {
    const response = await fetch(`${services.url('auth')}/internal/api-keys/exchange`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ secret: apiKey }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause) => {
      throw unavailable(cause);
    });
    // What auth refuses it does not know; a key that is no key at all is refused as input.
    if (response.status >= 400 && response.status < 500) return null;
    if (!response.ok) throw unavailable(new Error(`auth answered ${response.status}`));
    const { token, expiresAt } = tokenGrant.parse(await response.json());
    return { token, expiresAtMs: Date.parse(expiresAt) };
  };
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('AUTHENTICATION_UNAVAILABLE', 'API keys cannot be checked now. Try again later.', {
    cause,
  });
}
