import type { Logger } from './log.ts';

/**
 * Runs the work at intervals, one run at a time. A failed run is logged, and the next one runs as usual. Disposing waits for the
 * current run.
 */
export function startInterval(
  action: string,
  everyMs: number,
  work: () => Promise<void>,
  log: Logger,
): AsyncDisposable {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) =>
        log.error({ action, error }, `${action} failed; it will run again at the next interval`),
      )
      .finally(() => {
        running = null;
      });
  }, everyMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
