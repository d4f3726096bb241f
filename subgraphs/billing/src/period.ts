/** A monthly period of an account, from `start` up to but not including `end`. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/**
 * The month, counted from the anchor, that contains a moment, in UTC. With an anchor on the 31st, a month without a 31st starts on
 * its last day, and later months start on the 31st again.
 */
export function periodAt(anchor: Date, at: Date): Period {
  let months = (at.getUTCFullYear() - anchor.getUTCFullYear()) * 12 + at.getUTCMonth() - anchor.getUTCMonth();
  if (addMonths(anchor, months) > at) months -= 1;
  return { start: addMonths(anchor, months), end: addMonths(anchor, months + 1) };
}

function addMonths(anchor: Date, months: number): Date {
  const month = anchor.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(anchor.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const result = new Date(anchor);
  result.setUTCFullYear(anchor.getUTCFullYear(), month, Math.min(anchor.getUTCDate(), lastDay));
  return result;
}
