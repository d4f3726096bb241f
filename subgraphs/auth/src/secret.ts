import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Creates a secret of 256 random bits in base64url (43 characters) after a readable prefix, which leak scanners recognize. */
export function createSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/**
 * Hashes a random secret for storage. A plain SHA-256 is enough, because 256 random bits cannot be guessed; a slow hash would
 * add nothing.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in constant time. Both sides are hashed first, so that their lengths are not revealed. */
export function equalsSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest());
}
