/** Work with less CPU time is not judged, because garbage collection, compilation and what others leave of the caches take as long. */
const NOISE_MS = 40;
/** Largest growth of the work for four times the input. Linear work grows by 4, quadratic work by 16. */
const MAX_GROWTH = 8;
const RUNS = 3;

/**
 * Fails if work grows faster than its input. Sizes grow fourfold, so that quadratic work fails at the first size with a measurable
 * time, and not at the last one, which it would never finish. It measures the CPU time of this thread, the least of several
 * runs, so that a busy machine does not matter.
 *
 * @param toInput creates an input of about `size` units
 * @param smallest default 500 units
 * @param largest default 512,000 units
 * @throws Error with the measured times if the work is not linear
 */
export function assertLinear<T>(
  toInput: (size: number) => T,
  work: (input: T) => unknown,
  { smallest = 500, largest = 512_000 }: { smallest?: number; largest?: number } = {},
): void {
  let before: { size: number; ms: number } | null = null;
  for (let size = smallest; size <= largest; size *= 4) {
    const input = toInput(size);
    const limit: number = before ? MAX_GROWTH * Math.max(before.ms, NOISE_MS / MAX_GROWTH) : Number.POSITIVE_INFINITY;
    const ms = measureMs(() => work(input), limit);
    if (ms > Math.max(limit, NOISE_MS)) {
      throw new Error(
        `Expected linear work: ${before?.size} units took ${before?.ms.toFixed(1)} ms, ${size} units ${ms.toFixed(1)} ms`,
      );
    }
    before = { size, ms };
  }
}

/** The least time of several runs. One run is enough if it is within the limit. */
function measureMs(work: () => unknown, limitMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS && (run === 0 || least > limitMs); run += 1) {
    const start = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(start);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
