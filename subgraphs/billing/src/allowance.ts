import { type TokenPrice, toAffordableTokens, toCostMicros } from './price.ts';

/** The limits of an account, its usage and its holds in the current period. */
export interface Allowance {
  readonly limitTokens: number;
  readonly usedTokens: number;
  readonly heldTokens: number;
  /** Null without a cap. */
  readonly spendCapMicros: number | null;
  readonly spentMicros: number;
  readonly heldMicros: number;
}

/** The most that a generation may use. */
export interface HoldRequest {
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly price: TokenPrice;
  /** The remaining budget of the API key of the request; null without a budget. */
  readonly budgetTokens: number | null;
}

export type RefusalReason = 'TOKENS' | 'SPEND_CAP' | 'API_KEY_BUDGET';

export type HoldDecision =
  | { readonly granted: true; readonly costMicros: number }
  | { readonly granted: false; readonly affordableTokens: number; readonly reason: RefusalReason };

/**
 * Grants a hold completely or refuses it. With a granted hold, usage and holds stay within the token limit, the spend cap and the
 * API key's budget. A refusal names the largest `maxTokens` that would have been granted, or 0.
 */
export function decideHold(
  allowance: Allowance,
  { promptTokens, maxTokens, price, budgetTokens }: HoldRequest,
): HoldDecision {
  const byTokens = toRemainingTokens(allowance) - promptTokens;
  const byCost =
    allowance.spendCapMicros === null
      ? Number.POSITIVE_INFINITY
      : toAffordableTokens(
          price,
          promptTokens,
          allowance.spendCapMicros - allowance.spentMicros - allowance.heldMicros,
        );
  const byBudget = budgetTokens === null ? Number.POSITIVE_INFINITY : budgetTokens - promptTokens;
  const affordable = Math.min(byTokens, byCost, byBudget);
  if (maxTokens <= affordable) return { granted: true, costMicros: toCostMicros(price, promptTokens, maxTokens) };
  return {
    granted: false,
    affordableTokens: Math.max(0, affordable),
    reason: byTokens <= affordable ? 'TOKENS' : byCost <= affordable ? 'SPEND_CAP' : 'API_KEY_BUDGET',
  };
}

/** Remaining tokens, never negative: usage that is settled after its hold has expired may exceed the limit. */
export function toRemainingTokens({ limitTokens, usedTokens, heldTokens }: Allowance): number {
  return Math.max(0, limitTokens - usedTokens - heldTokens);
}
