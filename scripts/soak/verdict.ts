import type { Tally } from './follower.ts';

/** Memory of the gateway after a garbage collection. */
export interface Sample {
  readonly minute: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly externalMiB: number;
}

export function toSample(minute: number, { rss, heapUsed, external }: NodeJS.MemoryUsage): Sample {
  const toMiB = (bytes: number) => bytes / 2 ** 20;
  return { minute, rssMiB: toMiB(rss), heapMiB: toMiB(heapUsed), externalMiB: toMiB(external) };
}

/** Growth over a whole run that is not a leak: filling caches, rounding by the allocator. */
const ALLOWED_MIB = 8;
const ALLOWED_SHARE = 0.1;
/** Allowed growth of the resident set, because the system reclaims pages at any time. */
const ALLOWED_RSS_MIB = 40;

/** @returns the problems of a run; empty if there are none. The first third of the samples is warm-up */
export function judge(samples: readonly Sample[], tally: Tally): string[] {
  const problems: string[] = [];
  if (tally.delivered === 0) problems.push('no event was delivered');
  if (tally.lost) problems.push(`${tally.lost} events were lost`);
  if (tally.duplicated) problems.push(`${tally.duplicated} events were duplicated`);
  for (const observation of tally.unexpected.slice(0, 10)) problems.push(`unexpected: ${observation}`);
  const warm = samples.slice(Math.floor(samples.length / 3));
  if (warm.length < 2) return problems;
  const half = Math.floor(warm.length / 2);
  const [before, after] = [warm.slice(0, half), warm.slice(-half)];
  const grown = (of: (sample: Sample) => number) => mean(after.map(of)) - mean(before.map(of));
  const held = ({ heapMiB, externalMiB }: Sample) => heapMiB + externalMiB;
  const heapGrowth = grown(held);
  if (heapGrowth > Math.max(ALLOWED_MIB, mean(before.map(held)) * ALLOWED_SHARE)) {
    problems.push(`the gateway's memory grew by ${heapGrowth.toFixed(1)} MiB after warm-up`);
  }
  const rssGrowth = grown(({ rssMiB }) => rssMiB);
  if (rssGrowth > ALLOWED_RSS_MIB) problems.push(`its RSS grew by ${rssGrowth.toFixed(1)} MiB after warm-up`);
  return problems;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
