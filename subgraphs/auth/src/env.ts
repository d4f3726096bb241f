import { parseEnv, SettingsError, setting } from '@vibecode/platform/env';
import { z } from 'zod';

const DAY_MS = 24 * 60 * 60_000;

/** Settings of auth alone; those that every service has are the platform's. */
export const authSettings = {
  AUTH_BCRYPT_COST: setting
    .integer(4, 20)
    .default(10)
    .describe('Cost of password hashes, as a power of two; older hashes follow at the next login'),
  AUTH_SIGNING_KEY_SECRET: setting
    .secret(16)
    .optional()
    .describe(
      'Passphrase that seals the private signing keys in the database; required where NODE_ENV is production; elsewhere a key file in DATA_DIR takes its place',
    ),
  AUTH_SIGNING_KEY_DAYS: setting
    .integer(1, 3650)
    .default(30)
    .describe('Days a signing key is used before the next takes over'),
  AUTH_SESSION_IDLE_DAYS: setting
    .integer(1, 3650)
    .default(30)
    .describe('Days after which a session that nobody used ends'),
  AUTH_SESSION_MAX_DAYS: setting.integer(1, 3650).default(180).describe('Days after which any session ends'),
  AUTH_REFRESH_GRACE_SECONDS: setting
    .integer(0, 300)
    .default(30)
    .describe('Seconds in which the client that used a refresh token may present it once more'),
  AUTH_SECURE_COOKIES: setting
    .flag()
    .optional()
    .describe('Whether browsers keep session cookies to HTTPS; default: where NODE_ENV is production'),
};

/** Settings of the platform, which says when they are required. In Redis, instances count failed logins together. */
const shared = {
  NODE_ENV: z.string().optional(),
  REDIS_URL: setting.url(['redis', 'rediss']).optional(),
  REDIS_PREFIX: z.string().optional(),
};

export interface AuthEnv {
  readonly bcryptCost: number;
  /** Null: a key file seals the private signing keys. */
  readonly signingKeyPassphrase: string | null;
  readonly signingKeyMs: number;
  readonly sessionIdleMs: number;
  readonly sessionMaxMs: number;
  readonly refreshGraceMs: number;
  readonly secureCookies: boolean;
  /** Null: failed logins are counted in this process. */
  readonly redis: { readonly url: string; readonly prefix?: string } | null;
}

/** @throws SettingsError naming every setting that cannot be used */
export function parseAuthEnv(env: NodeJS.ProcessEnv): AuthEnv {
  const settings = parseEnv('auth', { ...authSettings, ...shared }, env);
  const production = settings.NODE_ENV === 'production';
  if (production && settings.AUTH_SIGNING_KEY_SECRET === undefined) {
    // A file would stay with one instance, and another instance or machine could not open the keys.
    throw new SettingsError('auth', [
      'AUTH_SIGNING_KEY_SECRET is missing (passphrase of at least 16 characters that seals the private signing keys; the same for every instance, required where NODE_ENV is production)',
    ]);
  }
  return {
    bcryptCost: settings.AUTH_BCRYPT_COST,
    signingKeyPassphrase: settings.AUTH_SIGNING_KEY_SECRET ?? null,
    signingKeyMs: settings.AUTH_SIGNING_KEY_DAYS * DAY_MS,
    sessionIdleMs: settings.AUTH_SESSION_IDLE_DAYS * DAY_MS,
    sessionMaxMs: settings.AUTH_SESSION_MAX_DAYS * DAY_MS,
    refreshGraceMs: settings.AUTH_REFRESH_GRACE_SECONDS * 1000,
    secureCookies: settings.AUTH_SECURE_COOKIES ?? production,
    redis: toRedis(settings.REDIS_URL, settings.REDIS_PREFIX),
  };
}

function toRedis(url: string | undefined, prefix: string | undefined): AuthEnv['redis'] {
  if (url === undefined) return null;
  return prefix === undefined ? { url } : { url, prefix };
}
