import { z } from 'zod';

/** auth: an account is active. Key: the user id. */
export const userRegistered = z.strictObject({
  userId: z.uuid(),
  email: z.email(),
  displayName: z.string(),
});
