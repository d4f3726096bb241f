export function toMedian(values: readonly number[]): number {
  return toQuantile(values, 0.5);
}

/** The value below which the given share of all values lies. */
export function toQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function toSum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
