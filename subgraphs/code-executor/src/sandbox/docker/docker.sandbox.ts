import type { Logger } from '@vibecode/platform/log';
import type Docker from 'dockerode';
import DockerClient from 'dockerode';
import type { Interpreter } from '../interpreter.ts';
import { superviseRun } from '../run.supervisor.ts';
import type { OutputChunk, Program, Sandbox, SandboxResult, SandboxRuntime } from '../sandbox.ts';
import { WarmPool } from '../warm.pool.ts';
import { createContainer } from './container.ts';
import { readVersions } from './image.versions.ts';

export interface DockerSandboxOptions {
  /** An image with `node`, `python3`, `sh`, `head` and `tar`. */
  readonly image: string;
  /** Time that unused containers are kept ready. Default: one minute. */
  readonly idleMs?: number;
  /** One of the engine's runtimes, such as `runc` or `runsc` (gVisor). Default: the engine's default. */
  readonly ociRuntime?: string | undefined;
  readonly log: Logger;
}

/** Runs programs in containers of the local Docker engine. Each run has its own container, which is started in advance and removed afterwards. */
export class DockerSandbox implements Sandbox {
  readonly name = 'docker';

  private constructor(
    readonly runtimes: readonly SandboxRuntime[],
    private readonly pool: WarmPool,
  ) {}

  /** @throws Error with the remedy if no engine answers or the image is missing */
  static async open({ image, idleMs = 60_000, ociRuntime, log }: DockerSandboxOptions): Promise<DockerSandbox> {
    const docker = new DockerClient();
    const engine: { Runtimes?: Record<string, unknown> } = await docker.info().catch((cause: unknown) => {
      throw new Error(
        'SANDBOX is docker, but no Docker engine answers. Start one, set its address in DOCKER_HOST, or set SANDBOX=wasm.',
        { cause },
      );
    });
    await assertImage(docker, image);
    if (ociRuntime && !(ociRuntime in (engine.Runtimes ?? {}))) {
      const known = Object.keys(engine.Runtimes ?? {}).join(', ');
      throw new Error(
        `The Docker engine has no runtime '${ociRuntime}'; it has ${known}. Set SANDBOX_OCI_RUNTIME to one of them.`,
      );
    }
    const create = (): Promise<Interpreter> => createContainer(docker, { image, runtime: ociRuntime, log });
    const { node, python } = await readVersions(create);
    const runtimes = [
      { id: 'javascript', language: 'JavaScript', version: node },
      { id: 'typescript', language: 'TypeScript', version: node },
      { id: 'python', language: 'Python', version: python },
    ];
    return new DockerSandbox(runtimes, new WarmPool({ create, warm: 2, alive: 22, idleMs }));
  }

  async run(program: Program, onOutput: (chunk: OutputChunk) => void, signal: AbortSignal): Promise<SandboxResult> {
    if (!this.runtimes.some(({ id }) => id === program.runtime)) {
      throw new RangeError(
        `No runtime '${program.runtime}'; there are ${this.runtimes.map(({ id }) => id).join(', ')}`,
      );
    }
    const taken = await this.pool.take(signal).catch((error: unknown) => ({ error }));
    return superviseRun({
      limits: program.limits,
      onOutput,
      signal,
      start: async (write) => {
        if ('error' in taken) throw taken.error;
        return taken.start(program, write);
      },
      kill: async () => {
        if (!('error' in taken)) await taken.kill();
      },
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool[Symbol.asyncDispose]();
  }
}

async function assertImage(docker: Docker, image: string): Promise<void> {
  await docker
    .getImage(image)
    .inspect()
    .catch((cause: unknown) => {
      throw new Error(
        `The Docker engine has no image '${image}'. Build or pull it, or set SANDBOX_IMAGE to another image.`,
        { cause },
      );
    });
}
