const PERCENT = /^percent\((\d{1,2}(?:\.\d{1,8})?|100)\)$/;

/**
 * The labels of progressive overrides that are on for one request: `percent(x)` for x of a hundred requests, and those
 * that an operator's hook names. Undefined when the supergraph has none.
 * @param random a number from 0 up to 1
 */
export function chooseOverrides(
  labels: readonly string[],
  named: Iterable<string> | undefined,
  random: () => number = Math.random,
): ReadonlySet<string> | undefined {
  if (labels.length === 0) return undefined;
  const on = new Set(named);
  // One draw for all: a request that is in the first 10 percent is in the first 50 as well.
  const draw = random() * 100;
  for (const label of labels) {
    const [, percent] = PERCENT.exec(label) ?? [];
    if (percent !== undefined && draw < Number(percent)) on.add(label);
  }
  return on;
}
