import { z } from 'zod';

/** Any service: who did what to what. Key: the user id of the actor. */
export const auditLog = z.strictObject({
  /** Null when nobody is signed in, as at a failed login. */
  actorId: z.uuid().nullable(),
  /** `<thing>.<verb>`: `session.created`, `api-key.revoked`. */
  action: z.string().regex(/^[a-z-]+\.[a-z-]+$/, "expected '<thing>.<verb>'"),
  /** What it was done to: `<type>:<id>`. */
  target: z.string(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
});
