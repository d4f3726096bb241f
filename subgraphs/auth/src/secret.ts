import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in base64url (43 characters) behind a readable prefix, so that leak scanners can recognise it. */
export function createSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/**
 * What is stored in place of a random secret. A plain SHA-256 is enough here: 256 random bits cannot be guessed, so
 * there is nothing for a slow hash to slow down.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares without telling by its duration how much was right. Both sides are hashed first, so lengths do not show. */
export function equalsSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());
}
