import { UnavailableError } from '@vibecode/platform/errors';
import { tokenGrant } from '@vibecode/platform/service-call';
import type { ServiceDirectory } from '@vibecode/platform/services';
import type { ExchangeApiKey } from './api-key.exchange.ts';
import '../request/errors.ts';

const TIMEOUT_MS = 5_000;

export interface SystemKeysOptions {
  readonly services: ServiceDirectory;
  /** The credential that the services of this system share. */
  readonly secret: string;
}

/** Exchanges API keys at the auth service, which authenticates the gateway by the shared credential. */
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
    // Any 4xx status means that the auth service does not accept the key: it is unknown or malformed.
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
