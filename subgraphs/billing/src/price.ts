/** Micro-units in a cent: costs are whole micro-units of the currency, a millionth each. */
export const MICROS_PER_CENT = 10_000;

const TOKENS_PER_PRICE = 1_000_000;

/** What a model's tokens cost, in micro-units for a million of them. */
export interface TokenPrice {
  readonly promptMicrosPerMillion: number;
  readonly completionMicrosPerMillion: number;
}

/** Micro-units for the tokens of one generation, rounded up once at the end. */
export function toCostMicros(price: TokenPrice, promptTokens: number, completionTokens: number): number {
  return Math.ceil(
    (promptTokens * price.promptMicrosPerMillion + completionTokens * price.completionMicrosPerMillion) /
      TOKENS_PER_PRICE,
  );
}

/** The most completion tokens that cost, together with the prompt, no more than the budget; -1 when not even the prompt does. */
export function toAffordableTokens(price: TokenPrice, promptTokens: number, budgetMicros: number): number {
  // A large budget in millionths of a micro-unit is beyond what a number holds exactly.
  const rest =
    BigInt(budgetMicros) * BigInt(TOKENS_PER_PRICE) - BigInt(promptTokens) * BigInt(price.promptMicrosPerMillion);
  if (rest < 0n) return -1;
  if (price.completionMicrosPerMillion === 0) return Number.POSITIVE_INFINITY;
  return Math.min(Number.MAX_SAFE_INTEGER, Number(rest / BigInt(price.completionMicrosPerMillion)));
}
