import { parseEnv, SettingsError, setting } from '@vibecode/platform/env';
import { z } from 'zod';

const DAY_MS = 24 * 60 * 60_000;

/** Auth's own settings. The platform has those of all services. */
export const authSettings = {
  AUTH_BCRYPT_COST: setting
    .integer(4, 20)
    .default(10)
    .describe('cost of password hashes, as a power of two; a hash of another cost is replaced at the next login'),
  AUTH_SIGNING_KEY_SECRET: setting
    .secret(16)
    .optional()
    .describe(
      'passphrase that seals the private signing keys in the database; required if NODE_ENV is production; otherwise a key file in DATA_DIR is used by default',
    ),
  AUTH_SIGNING_KEY_DAYS: setting
    .integer(1, 3650)
    .default(30)
    .describe('days that a signing key is used before the next one replaces it'),
  AUTH_SESSION_IDLE_DAYS: setting.integer(1, 3650).default(30).describe('days after which an unused session ends'),
  AUTH_SESSION_MAX_DAYS: setting.integer(1, 3650).default(180).describe('days after which every session ends'),
  AUTH_REFRESH_GRACE_SECONDS: setting
    .integer(0, 300)
    .default(30)
    .describe('seconds in which the client that used a refresh token may present it once more'),
  AUTH_SECURE_COOKIES: setting
    .flag()
    .optional()
    .describe('whether browsers send session cookies over HTTPS only; default: true if NODE_ENV is production'),
};

/** Settings of the platform, which decides whether they are required. With Redis, instances count failed logins together. */
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

/** @throws SettingsError naming every invalid setting */
export function parseAuthEnv(env: NodeJS.ProcessEnv): AuthEnv {
  const settings = parseEnv('auth', { ...authSettings, ...shared }, env);
  const production = settings.NODE_ENV === 'production';
  if (production && settings.AUTH_SIGNING_KEY_SECRET === undefined) {
    // A key file belongs to one instance, so that other instances and machines could not open the keys.
    throw new SettingsError('auth', [
      'AUTH_SIGNING_KEY_SECRET is missing (passphrase of at least 16 characters that seals the private signing keys; equal for all instances, required if NODE_ENV is production)',
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
