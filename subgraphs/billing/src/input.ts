import { InvalidInputError } from '@vibecode/platform/errors';
import { z } from 'zod';
import type { UsageRange } from './usage.repository.ts';

const DAY_MS = 86_400_000;
const MAX_RANGE_DAYS = 400;

/** @throws InvalidInputError unless `to` is after `from` by at most 400 days */
export function checkUsageRange(range: UsageRange): UsageRange {
  const lengthMs = range.to.getTime() - range.from.getTime();
  if (lengthMs > 0 && lengthMs <= MAX_RANGE_DAYS * DAY_MS) return range;
  throw new InvalidInputError(
    'to',
    `The range from ${range.from.toISOString()} to ${range.to.toISOString()} is not valid; expected 'to' after 'from', by at most ${MAX_RANGE_DAYS} days.`,
  );
}

export const spendCapInput = z.object({
  costCents: z
    .int()
    .min(0, 'expected an amount in cents from 0, or null for no cap')
    .nullish()
    .transform((cents) => cents ?? null),
});
