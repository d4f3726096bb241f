/** Cents of an amount such as `12.50` or `12,5`. */
export function parseAmount(text) {
  const [, whole, fraction = ''] = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(text ?? '') ?? [];
  if (whole === undefined) throw new Error(`'${text}' is no amount; expected something like 12.50`);
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

export const formatCents = (cents) => (cents / 100).toFixed(2);

/** What was spent in a month (`2026-03`), by category, the largest first. */
export function summarize(expenses, budgets, month) {
  const sums = new Map();
  for (const { date, category, cents } of expenses) {
    if (date.startsWith(month)) sums.set(category, (sums.get(category) ?? 0) + cents);
  }
  const categories = [...sums]
    .map(([category, cents]) => ({ category, cents, budget: budgets[category] }))
    .sort((one, other) => other.cents - one.cents);
  return { categories, totalCents: categories.reduce((sum, { cents }) => sum + cents, 0) };
}
