import { once } from 'node:events';
import { constants } from 'node:os';
import { Writable } from 'node:stream';
import type { Logger } from '@vibecode/platform/log';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import type { Interpreter } from '../interpreter.ts';
import type { ProgramEnd } from '../run.supervisor.ts';
import { DEFAULT_LIMITS, type OutputStream, type Program } from '../sandbox.ts';

// The container's first process receives the program on its standard input: a line with the size of an archive, the archive,
// and then the program's own input. `head` reads exactly the archive. The process stays to report how the program ended.
const WAIT_FOR_PROGRAM = 'IFS= read -r size && head -c "$size" | tar -xf - -C / && sh /tmp/.start; exit $?';

/** Loaded before a Node program: makes output wait for a slow reader. By default, Node would buffer it in memory without a limit. */
const BLOCKING_OUTPUT = 'for (const { _handle } of [process.stdout, process.stderr]) _handle?.setBlocking?.(true);\n';
const BLOCKING_OUTPUT_PATH = '/tmp/.output.cjs';

const RUNTIME_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  // The limit applies to the container's memory rather than the heap, so that exceeding it is distinguishable from a crash.
  javascript: ['node', '--max-old-space-size=4096', '--require', BLOCKING_OUTPUT_PATH],
  typescript: [
    'node',
    '--max-old-space-size=4096',
    '--require',
    BLOCKING_OUTPUT_PATH,
    '--experimental-transform-types',
    '--disable-warning=ExperimentalWarning',
  ],
  python: ['python3', '-u'],
};

export interface ContainerOptions {
  readonly image: string;
  readonly runtime: string | undefined;
  readonly log: Logger;
}

/** Starts a container that waits for one program. `kill` never rejects: a container that is left behind is logged. */
export async function createContainer(docker: Docker, { image, runtime, log }: ContainerOptions): Promise<Interpreter> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['sh', '-c', WAIT_FOR_PROGRAM],
    Labels: { 'dev.vibecode.sandbox': 'true' },
    Env: ['HOME=/work', 'PYTHONDONTWRITEBYTECODE=1'],
    User: '65534:65534',
    WorkingDir: '/work',
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Memory: DEFAULT_LIMITS.memoryBytes,
      MemorySwap: DEFAULT_LIMITS.memoryBytes,
      CpuPeriod: 100_000,
      CpuQuota: 50_000,
      PidsLimit: 64,
      Tmpfs: { '/work': 'rw,size=64m,uid=65534,gid=65534,mode=700', '/tmp': 'rw,size=16m,mode=1777' },
      LogConfig: { Type: 'none', Config: {} },
      ...(runtime && { Runtime: runtime }),
    },
  });
  const remove = () => container.remove({ force: true, v: true }).then(() => undefined, ignoreGone);
  let stream: NodeJS.ReadWriteStream;
  try {
    stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    await container.start();
  } catch (error) {
    await remove();
    throw error;
  }
  let write: (stream: OutputStream, bytes: Uint8Array) => void = () => undefined;
  docker.modem.demuxStream(
    stream,
    toSink((bytes) => write('STDOUT', bytes)),
    toSink((bytes) => write('STDERR', bytes)),
  );
  // If the program does not read its input, the pipe breaks. `wait` reports how it ended.
  stream.on('error', () => undefined);
  // An error closes the stream too.
  const closed = once(stream, 'close').catch(() => undefined);
  const waited = container.wait() as Promise<{ StatusCode: number }>;
  // Only that it ended counts here. `start` awaits `waited` itself.
  const ended = waited.then(
    () => undefined,
    () => undefined,
  );

  return {
    ended,
    async start(program, onWrite) {
      write = onWrite;
      const archive = await toArchive(program);
      stream.write(`${archive.byteLength}\n`);
      stream.write(archive);
      stream.end(program.stdin);
      const { StatusCode } = await waited;
      await closed;
      const { State } = await container.inspect();
      return toEnd(StatusCode, State.OOMKilled);
    },
    async kill() {
      try {
        await remove();
      } catch (error) {
        log.error(
          { action: 'sandbox.container-left', container: container.id, error },
          `The container could not be removed. It keeps its memory and processor until 'docker rm --force ${container.id}'.`,
        );
        return;
      }
      await ended;
    },
  };
}

function toSink(take: (bytes: Uint8Array) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      take(chunk);
      done();
    },
  });
}

async function toArchive(program: Program): Promise<Buffer> {
  const archive = pack();
  for (const { path, content } of program.files) archive.entry({ name: `work/${path}` }, Buffer.from(content));
  const command = [...RUNTIME_COMMANDS[program.runtime]!, `./${program.entrypoint}`, ...program.args]
    .map(quote)
    .join(' ');
  archive.entry({ name: BLOCKING_OUTPUT_PATH.slice(1) }, BLOCKING_OUTPUT);
  archive.entry({ name: 'tmp/.start' }, `rm -f /tmp/.start; cd /work && exec ${command}\n`);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function quote(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** Converts a status code: a shell reports a signal as 128 plus its number. */
function toEnd(statusCode: number, outOfMemory: boolean): ProgramEnd {
  const signal = Object.entries(constants.signals).find(([, number]) => number === statusCode - 128)?.[0] ?? null;
  return { exitCode: signal || outOfMemory ? null : statusCode, signal, outOfMemory, memoryPeakBytes: null };
}

function ignoreGone(error: { statusCode?: number }): void {
  // 404: removed already; 409: being removed.
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
