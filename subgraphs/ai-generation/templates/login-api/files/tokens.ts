import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs who somebody is, for a while. A token is `subject.expiry.signature`, each part in base64url. */
export function createTokens(secret: string | Buffer, lifetimeMs = 3_600_000, now: () => number = Date.now) {
  const signatureOf = (payload: string) => createHmac('sha256', secret).update(payload).digest();
  return {
    sign(subject: string): string {
      const payload = `${Buffer.from(subject).toString('base64url')}.${now() + lifetimeMs}`;
      return `${payload}.${signatureOf(payload).toString('base64url')}`;
    },
    /** Whom a token names; null if it was not signed here or has expired. */
    verify(token: string): string | null {
      const [subject = '', expiry = '', signature = ''] = token.split('.');
      const expected = signatureOf(`${subject}.${expiry}`);
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return Number(expiry) > now() ? Buffer.from(subject, 'base64url').toString() : null;
    },
  };
}
