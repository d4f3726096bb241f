import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface SupervisedOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Reports starts and ends. */
  readonly report: (text: string) => void;
  /** Wait before the first restart, doubled for each further one. Default 1,000. */
  readonly restartMs?: number;
  /** Longest wait before a restart. Default 30,000. */
  readonly maxRestartMs?: number;
  /** A process that ran for this long starts again with the first wait. Default 60,000. */
  readonly steadyMs?: number;
  /** A process that has not ended this long after SIGTERM is killed. Default 25,000. */
  readonly stopMs?: number;
}

/**
 * Runs a process and starts it again whenever it ends, whatever its exit code. Its output goes to this process's.
 * Disposing sends SIGTERM and waits for the end.
 */
export function supervise(options: SupervisedOptions): AsyncDisposable {
  const { name, report, restartMs = 1_000, maxRestartMs = 30_000, steadyMs = 60_000, stopMs = 25_000 } = options;
  const stop = new AbortController();
  let child: ChildProcess | null = null;

  async function runOnce(): Promise<string> {
    const started = spawn(options.command, options.args, {
      env: options.env,
      stdio: ['ignore', 'inherit', 'inherit'],
      // In a group of its own: a terminal's Ctrl-C is for the supervisor, which stops its processes in their order.
      detached: true,
    });
    child = started;
    if (started.pid !== undefined) report(`${name} is process ${started.pid}`);
    try {
      const [code, signal] = (await once(started, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal ? `by ${signal}` : `with exit code ${code}`;
    } catch (error) {
      return `before it started: ${(error as Error).message}`;
    } finally {
      child = null;
    }
  }

  async function run(): Promise<void> {
    let waitMs = restartMs;
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      const how = await runOnce();
      if (stop.signal.aborted) return;
      if (performance.now() - startedAt >= steadyMs) waitMs = restartMs;
      report(`${name} ended ${how}; it starts again in ${waitMs / 1_000} s`);
      // Aborted when the supervisor stops.
      await delay(waitMs, undefined, { signal: stop.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, maxRestartMs);
    }
  }

  const ended = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      child?.kill('SIGTERM');
      const timer = setTimeout(() => {
        report(`${name} did not end in ${stopMs / 1_000} s, and is killed`);
        child?.kill('SIGKILL');
      }, stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
