import type { ServiceClient } from '@vibecode/platform/service-call';
import { z } from 'zod';

const hold = z.object({ expiresAt: z.coerce.date(), grantedTokens: z.int().nonnegative() });

type Hold = z.infer<typeof hold>;

/** Of one user, by one call. */
export const MAX_RENEWED_HOLDS = 1_000;

const renewedHolds = z.object({
  holds: z.array(z.object({ generationId: z.string(), expiresAt: z.coerce.date().nullable() })),
});

type RenewedHold = z.infer<typeof renewedHolds>['holds'][number];

export interface HoldRequest {
  readonly generationId: string;
  /** Of each call of the model. */
  readonly promptTokens: number;
  /** Of each call of the model. */
  readonly maxTokens: number;
  /** How often the model may be asked. */
  readonly calls: number;
  /** Whether the user is notified of a refusal. */
  readonly announces: boolean;
  readonly model: string;
  readonly provider: string;
  /** Of the API key that asks, where it has one. */
  readonly budget: { readonly apiKeyId: string; readonly tokens: number } | null;
}

/** What this service asks of billing, for the user that each call names. A hold goes by its generation's id. */
export interface BillingClient {
  /**
   * Sets tokens aside; asking again for the same generation answers with the same hold.
   *
   * @throws AppError BILLING_QUOTA_EXCEEDED with `details.affordableTokens`: of each call
   */
  placeHold(userId: string, request: HoldRequest): Promise<Hold>;
  /**
   * A hold that is not renewed expires: its job is dead. If it is not, this places the hold again.
   *
   * @throws AppError BILLING_HOLD_CLOSED, and BILLING_QUOTA_EXCEEDED when the quota has too little room by now
   */
  renewHold(userId: string, generationId: string): Promise<Hold>;
  /** @returns of each, when it expires; null for one that was not renewed */
  renewHolds(userId: string, generationIds: readonly string[]): Promise<RenewedHold[]>;
  /** Gives back what the job will not need any more. The tokens are those of all calls. */
  shrinkHold(userId: string, request: Pick<HoldRequest, 'generationId' | 'promptTokens' | 'maxTokens'>): Promise<void>;
  /** Gives a hold back whose generation never came to be. One that did is settled by `generation.complete`. */
  releaseHold(userId: string, generationId: string): Promise<void>;
}

export function createBillingClient(calls: ServiceClient): BillingClient {
  return {
    placeHold: (userId, body) => calls.call('billing', 'holds', { userId, body, result: hold }),
    renewHold: (userId, generationId) =>
      calls.call('billing', 'holds/renew', { userId, body: { generationId }, result: hold }),
    async renewHolds(userId, generationIds) {
      const body = { generationIds };
      return (await calls.call('billing', 'holds/renew-many', { userId, body, result: renewedHolds })).holds;
    },
    async shrinkHold(userId, body) {
      await calls.call('billing', 'holds/shrink', { userId, body, result: z.unknown() });
    },
    async releaseHold(userId, generationId) {
      await calls.call('billing', 'holds/release', { userId, body: { generationId }, result: z.unknown() });
    },
  };
}
