import type { Tally } from './follower.ts';

/** Memory of the gateway after a collection. */
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

/** Growth over a whole run that is no leak: caches that fill, the allocator's rounding. */
const ALLOWED_MIB = 8;
const ALLOWED_SHARE = 0.1;
/** The system takes pages back when it likes. */
const ALLOWED_RSS_MIB = 40;

/** What is wrong, nothing when all is well. The first third of the samples is warm-up. */
export function judge(samples: readonly Sample[], tally: Tally): string[] {
  const problems: string[] = [];
  if (tally.delivered === 0) problems.push('no event was delivered');
  if (tally.lost) problems.push(`${tally.lost} events were lost`);
  if (tally.duplicated) problems.push(`${tally.duplicated} events came twice`);
  for (const what of tally.unexpected.slice(0, 10)) problems.push(`unexpected: ${what}`);
  const warm = samples.slice(Math.floor(samples.length / 3));
  if (warm.length < 2) return problems;
  const half = Math.floor(warm.length / 2);
  const [before, after] = [warm.slice(0, half), warm.slice(-half)];
  const grown = (of: (sample: Sample) => number) => mean(after.map(of)) - mean(before.map(of));
  const held = ({ heapMiB, externalMiB }: Sample) => heapMiB + externalMiB;
  const heapGrowth = grown(held);
  if (heapGrowth > Math.max(ALLOWED_MIB, mean(before.map(held)) * ALLOWED_SHARE)) {
    problems.push(`what the gateway holds grew by ${heapGrowth.toFixed(1)} MiB after warm-up`);
  }
  const rssGrowth = grown(({ rssMiB }) => rssMiB);
  if (rssGrowth > ALLOWED_RSS_MIB) problems.push(`its RSS grew by ${rssGrowth.toFixed(1)} MiB after warm-up`);
  return problems;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
