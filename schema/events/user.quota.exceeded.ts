import { z } from 'zod';

/** billing: a hold was refused because it would pass the quota or the spend cap. Key: the user id. */
export const userQuotaExceeded = z.strictObject({
  userId: z.uuid(),
  limitTokens: z.int().nonnegative(),
  usedTokens: z.int().nonnegative(),
  heldTokens: z.int().nonnegative(),
  /** What the refused hold asked for. */
  requestedTokens: z.int().positive(),
  periodEnd: z.iso.datetime(),
});
