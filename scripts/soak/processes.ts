import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

function spawnNode(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', ...parameters], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A subgraph that can be killed abruptly, and restarts on the same port. */
export class Subgraph {
  #child: ChildProcess | null = null;
  readonly #name: string;
  readonly #port: number;
  readonly #epochMs: number;

  constructor(name: string, port: number, epochMs: number) {
    this.#name = name;
    this.#port = port;
    this.#epochMs = epochMs;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/graphql`;
  }

  async start(): Promise<void> {
    const file = join(import.meta.dirname, 'subgraph.process.ts');
    this.#child = spawnNode([file, this.#name, String(this.#port), String(this.#epochMs)]);
    await once(this.#child, 'message');
  }

  async kill(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    this.#child = null;
    await ended;
  }
}

export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  /** Measures memory after a garbage collection. */
  measureMemory(): Promise<NodeJS.MemoryUsage>;
}

/** Starts `npm run router` as a process of its own. */
export async function startGatewayProcess(supergraphFile: string, configFile: string): Promise<GatewayProcess> {
  const url = `127.0.0.1:${await findFreePort()}`;
  const child = spawnNode([
    '--expose-gc',
    '--import',
    join(import.meta.dirname, 'probe.preload.ts'),
    join(root, 'supergraph', 'dist', 'router.js'),
    ...['--supergraph', supergraphFile, '--config', configFile, '--listen', url],
  ]);
  const answers = () =>
    fetch(`http://${url}/health?ready`).then(
      ({ ok }) => ok,
      // It does not listen yet.
      () => false,
    );
  while (!(await answers())) {
    if (child.exitCode !== null) throw new Error(`The gateway ended with ${child.exitCode} before it was ready.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://${url}`,
    async measureMemory() {
      const collected = once(child, 'message');
      child.send('collect');
      return (await collected)[0] as NodeJS.MemoryUsage;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const cut = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(cut);
    },
  };
}
