const DAY_MS = 86_400_000;

/** The last days in UTC, today among them, and the times that hold them, in ISO 8601. */
export function toLastDays(count: number, now: Date): { from: string; to: string; days: string[] } {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const first = today - (count - 1) * DAY_MS;
  const days = Array.from({ length: count }, (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10));
  return { from: new Date(first).toISOString(), to: new Date(today + DAY_MS).toISOString(), days };
}
