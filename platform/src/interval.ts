import type { Logger } from './log.ts';

/**
 * Does the work at intervals, one run at a time; a failed run is logged and the next one tried. Disposing waits for the
 * run in work.
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
      .catch((error: unknown) => log.error({ action, error }, `${action} failed; it is tried again`))
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
