/** Work that takes less CPU time than this is not judged: collections and compilation are of that size. */
const NOISE_MS = 16;
/** Four times the input may cost this many times the work. Linear work costs 4, quadratic 16. */
const MOST_GROWTH = 8;
const RUNS = 3;

/**
 * Fails when work grows faster than its input. Sizes grow fourfold, so that what is quadratic or worse fails at the first size
 * where it costs anything at all, and not at the last one, which it would never finish. Measures the CPU time of this thread,
 * the least of several runs: a busy machine does not matter.
 *
 * @param toInput makes an input of about `size` units
 * @param smallest default 500 units
 * @param largest default 512,000 units
 * @throws Error with the measured times when work is not linear
 */
export function assertLinear<T>(
  toInput: (size: number) => T,
  work: (input: T) => unknown,
  { smallest = 500, largest = 512_000 }: { smallest?: number; largest?: number } = {},
): void {
  let before: { size: number; ms: number } | null = null;
  for (let size = smallest; size <= largest; size *= 4) {
    const input = toInput(size);
    const limit: number = before ? MOST_GROWTH * Math.max(before.ms, NOISE_MS / MOST_GROWTH) : Number.POSITIVE_INFINITY;
    const ms = measureMs(() => work(input), limit);
    if (ms > Math.max(limit, NOISE_MS)) {
      throw new Error(
        `Expected linear work: ${before?.size} units took ${before?.ms.toFixed(1)} ms, ${size} units ${ms.toFixed(1)} ms`,
      );
    }
    before = { size, ms };
  }
}

/** The least of several runs; one is enough when it is within the limit. */
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
