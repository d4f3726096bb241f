import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from './process.ts';

const root = join(import.meta.dirname, '..', '..');

/** Whatever real services the tests' own environment names: here everything is embedded. */
const EMBEDDED = { REDIS_URL: '', KAFKA_BROKERS: '', MONGODB_URL: '', OLLAMA_URL: '', RATE_LIMIT_PER_MINUTE: '100000' };

/** `npm start` on a free port. */
export interface EmbeddedGraph extends AsyncDisposable {
  /** Base URL of the gateway. */
  readonly url: string;
  readonly process: RunningProcess;
}

export interface EmbeddedGraphOptions {
  readonly dataDir: string;
  readonly env?: NodeJS.ProcessEnv;
}

export async function startEmbeddedGraph({ dataDir, env = {} }: EmbeddedGraphOptions): Promise<EmbeddedGraph> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(root, 'scripts', 'start.ts')],
    cwd: root,
    env: { ...EMBEDDED, PORT: '0', DATA_DIR: dataDir, ...env },
    ready: /^Ready .*?(http:\/\/\S+)/m,
  });
  return {
    url: running.match[1] as string,
    process: running,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** A directory that is gone when the test is. */
export async function createDataDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'vibecode-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
