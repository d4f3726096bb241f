import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';

const here = import.meta.dirname;
const root = join(here, '..', '..');

export interface Contestant {
  readonly name: string;
  /** How it is started, for the report. */
  readonly settings: string;
  readonly command: (supergraphPath: string, port: number) => readonly string[];
}

export const contestants: readonly Contestant[] = [
  {
    name: 'VibeCode gateway',
    settings:
      'the shipped `router-config.yaml` (CORS, limits, field authorization, rate limit, metrics, deduplication of identical queries for each identity), and each token verified against JWKS',
    command: (path, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${path}`,
      `--config=${join(here, 'router-config.yaml')}`,
      `--listen=127.0.0.1:${port}`,
    ],
  },
  {
    name: 'VibeCode gateway, bare',
    settings: 'without a configuration, the bearer token passed on unverified, as the peers do',
    command: (path, port) => [
      join(root, 'supergraph/dist/router.js'),
      `--supergraph=${path}`,
      `--listen=127.0.0.1:${port}`,
    ],
  },
  {
    name: 'Hive Gateway',
    settings: '2.15.1, `hive-gateway supergraph --fork 1 --jit`, the bearer token passed on',
    command: (path, port) => [
      join(here, '..', 'node_modules/@graphql-hive/gateway/dist/bin.js'),
      'supergraph',
      path,
      '--fork=1',
      '--jit',
      '--host=127.0.0.1',
      `--port=${port}`,
      `--config-path=${join(here, 'hive.config.ts')}`,
    ],
  },
  {
    name: 'Apollo Gateway',
    settings: '@apollo/gateway 2.14.4 behind @apollo/server 5.5.1, the bearer token passed on',
    command: (path, port) => [join(here, 'stock.process.ts'), path, String(port)],
  },
];

export interface Running extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** From start to the first answer. */
  readonly readyMs: number;
}

const READY_LIMIT_MS = 60_000;

export async function startContestant(
  { name, command }: Contestant,
  supergraphPath: string,
  jwksUrl: string,
): Promise<Running> {
  const port = await findFreePort();
  const started = performance.now();
  const child = spawnNode(command(supergraphPath, port), { BENCH_JWKS_URL: jwksUrl });
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it answered.`);
    if (performance.now() - started > READY_LIMIT_MS)
      throw new Error(`${name} did not answer in ${READY_LIMIT_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url,
    pid: child.pid as number,
    readyMs: performance.now() - started,
    [Symbol.asyncDispose]: () => stop(child),
  };
}

export function spawnNode(parameters: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', ...parameters], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
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
