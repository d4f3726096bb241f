import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, ConflictError } from '@vibecode/platform/errors';
import type { Allowance, RefusalReason } from './allowance.ts';
import type { HoldStatus } from './hold.status.ts';

/** The codes of this service, in addition to those of all services. @public the catalogue is made of them */
export const BILLING_ERRORS = defineErrors({
  402: {
    BILLING_QUOTA_EXCEEDED:
      'The requested tokens would exceed a limit (`reason`). Request at most `affordableTokens`, wait for the next period, or raise the limit.',
  },
  409: {
    BILLING_HOLD_CLOSED:
      'The hold of this generation is settled, released or expired. A new generation needs a new hold.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof BILLING_ERRORS> {}
}

export interface QuotaExceeded {
  readonly allowance: Allowance;
  readonly requestedTokens: number;
  /** The largest `maxTokens` that would have been granted. */
  readonly affordableTokens: number;
  readonly reason: RefusalReason;
  readonly periodEnd: Date;
}

/** `details.affordableTokens` is the largest `maxTokens` that fits; `details.reason` names the exceeded limit. */
export class QuotaExceededError extends AppError {
  constructor({ allowance, requestedTokens, affordableTokens, reason, periodEnd }: QuotaExceeded) {
    const { limitTokens, usedTokens, heldTokens } = allowance;
    const limit = {
      TOKENS: `the plan's ${limitTokens} tokens of this period`,
      SPEND_CAP: 'the spend cap',
      API_KEY_BUDGET: "the API key's token budget",
    }[reason];
    const advice =
      affordableTokens > 0
        ? `Request at most ${affordableTokens} tokens`
        : reason === 'API_KEY_BUDGET'
          ? 'Wait until running generations have ended'
          : `Wait until running generations have ended or for the next period on ${periodEnd.toISOString().slice(0, 10)}`;
    const more = reason === 'API_KEY_BUDGET' ? 'use another key' : 'raise the limit';
    super('BILLING_QUOTA_EXCEEDED', `${requestedTokens} tokens would exceed ${limit}. ${advice}, or ${more}.`, {
      details: {
        affordableTokens,
        requestedTokens,
        limitTokens,
        usedTokens,
        heldTokens,
        reason,
        periodEnd: periodEnd.toISOString(),
      },
    });
  }
}

/** The generation's hold was settled or released, or has expired, so that its tokens are no longer held. */
export class HoldClosedError extends ConflictError {
  constructor(generationId: string, status: Exclude<HoldStatus, 'ACTIVE'>) {
    super(
      'BILLING_HOLD_CLOSED',
      `The hold of the generation ${generationId} is ${status}; a new generation needs a new hold.`,
      { details: { generationId, status } },
    );
  }
}

/** Another user has a hold for the generation. */
export class ForeignHoldError extends ConflictError {
  constructor(generationId: string) {
    super('CONFLICT', `The generation ${generationId} belongs to another user; use a new id for each generation.`, {
      details: { generationId },
    });
  }
}
