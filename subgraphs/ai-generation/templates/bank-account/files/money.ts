/** A whole number of cents. */
export type Cents = number & { readonly unit: 'cents' };

export function toCents(amount: number): Cents {
  const cents = Math.round(amount * 100);
  if (!Number.isSafeInteger(cents)) throw new RangeError(`${amount} is no amount of money.`);
  return cents as Cents;
}

export const formatCents = (cents: number): string => (cents / 100).toFixed(2);
