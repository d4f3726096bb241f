import { type TokenPrice, toAffordableTokens, toCostMicros } from './price.ts';

/** What an account has, has used and has promised to running generations in its present period. */
export interface Allowance {
  readonly limitTokens: number;
  readonly usedTokens: number;
  readonly heldTokens: number;
  /** Null: no cap. */
  readonly spendCapMicros: number | null;
  readonly spentMicros: number;
  readonly heldMicros: number;
}

/** What a generation may use at most. */
export interface HoldRequest {
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly price: TokenPrice;
  /** What is left of the asking API key's budget; null where there is none. */
  readonly budgetTokens: number | null;
}

export type RefusalReason = 'TOKENS' | 'SPEND_CAP' | 'API_KEY_BUDGET';

export type HoldDecision =
  | { readonly granted: true; readonly costMicros: number }
  | { readonly granted: false; readonly affordableTokens: number; readonly reason: RefusalReason };

/**
 * Grants a hold whole or not at all: with it, what is used and held stays within the token limit, the spend cap and the
 * API key's budget.
 * A refusal names the largest `maxTokens` that would have been granted, 0 when none would.
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

/** Never negative: usage that was settled after its hold had expired may pass the limit. */
export function toRemainingTokens({ limitTokens, usedTokens, heldTokens }: Allowance): number {
  return Math.max(0, limitTokens - usedTokens - heldTokens);
}
