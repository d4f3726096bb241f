/** Micro-units in a cent. Costs are whole micro-units, which are a millionth of the currency. */
export const MICROS_PER_CENT = 10_000;

const TOKENS_PER_PRICE = 1_000_000;

/** The price of a model's tokens, in micro-units per million tokens. */
export interface TokenPrice {
  readonly promptMicrosPerMillion: number;
  readonly completionMicrosPerMillion: number;
}

/** The cost of one generation's tokens in micro-units, rounded up once at the end. */
export function toCostMicros(price: TokenPrice, promptTokens: number, completionTokens: number): number {
  return Math.ceil(
    (promptTokens * price.promptMicrosPerMillion + completionTokens * price.completionMicrosPerMillion) /
      TOKENS_PER_PRICE,
  );
}

/** The most completion tokens whose cost, with the prompt's, is within the budget; -1 if the prompt alone exceeds it. */
export function toAffordableTokens(price: TokenPrice, promptTokens: number, budgetMicros: number): number {
  // A large budget in millionths of a micro-unit exceeds the exact range of a number.
  const completionBudget =
    BigInt(budgetMicros) * BigInt(TOKENS_PER_PRICE) - BigInt(promptTokens) * BigInt(price.promptMicrosPerMillion);
  if (completionBudget < 0n) return -1;
  if (price.completionMicrosPerMillion === 0) return Number.POSITIVE_INFINITY;
  return Math.min(Number.MAX_SAFE_INTEGER, Number(completionBudget / BigInt(price.completionMicrosPerMillion)));
}
