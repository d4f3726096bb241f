import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Contestant, ContestantFiles } from './contestants.ts';
import { toMedian } from './statistics.ts';

export interface RunningContestant extends AsyncDisposable {
  readonly contestant: Contestant;
  readonly url: string;
  readonly pid: number;
  /** Time from start to the first answer, the median of several starts. */
  readonly readyMs: number;
  /** Measures memory after a garbage collection. */
  measureMemory(): Promise<NodeJS.MemoryUsage>;
}

const READY_LIMIT_MS = 60_000;

/** Starts a gateway several times to measure its start, and keeps the last process running. */
export async function startContestant(
  contestant: Contestant,
  files: ContestantFiles,
  starts: number,
): Promise<RunningContestant> {
  const timesMs: number[] = [];
  for (let start = 1; ; start += 1) {
    const started = await startOnce(contestant, files);
    timesMs.push(started.readyMs);
    if (start === starts) return { ...started, readyMs: toMedian(timesMs) };
    await started[Symbol.asyncDispose]();
  }
}

async function startOnce(contestant: Contestant, files: ContestantFiles): Promise<RunningContestant> {
  const { name, command } = contestant;
  const port = await findFreePort();
  const started = performance.now();
  const preload = ['--expose-gc', '--import', join(import.meta.dirname, 'collect.preload.ts')];
  const child = spawnNode([...preload, ...command(files, port)]);
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it answered.`);
    if (performance.now() - started > READY_LIMIT_MS)
      throw new Error(`${name} did not answer in ${READY_LIMIT_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    contestant,
    url,
    pid: child.pid as number,
    readyMs: performance.now() - started,
    async measureMemory() {
      const collected = once(child, 'message');
      child.send('collect');
      return (await collected)[0] as NodeJS.MemoryUsage;
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}

/** Spawns a Node process with IPC. Its output is dropped, its errors are printed. */
export function spawnNode(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', ...parameters], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const cut = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(cut);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
