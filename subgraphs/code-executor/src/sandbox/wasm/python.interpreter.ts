import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Interpreter } from '../interpreter.ts';
import type { ProgramEnd } from '../run.supervisor.ts';
import type { OutputStream, Program } from '../sandbox.ts';
import { FrameReader } from './frame.reader.ts';
import { FRAME_TYPES } from './frames.ts';

/** The CPython release in pyodide 314. */
export const PYTHON_VERSION = 'CPython 3.14';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const worker = fileURLToPath(new URL(`./python.worker.${extension}`, import.meta.url));
const pyodideFolder = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));

/**
 * Creates CPython in WebAssembly, in a process of its own. Python can reach JavaScript by design (`import js`, `ctypes`), so that
 * two barriers isolate it: the realm contains only the language (python.worker.ts), and the process has no permissions for
 * files, processes, threads or native code, and no secrets in its environment.
 * Source: https://nodejs.org/docs/latest-v24.x/api/permissions.html
 */
export async function createPythonInterpreter(): Promise<Interpreter> {
  const child = spawn(
    process.execPath,
    [
      '--permission',
      `--allow-fs-read=${pyodideFolder}`,
      `--allow-fs-read=${dirname(worker)}`,
      // Lets Python wait for promises, which `asyncio.run` needs.
      '--experimental-wasm-jspi',
      '--max-old-space-size=96',
      '--disable-warning=ExperimentalWarning',
      worker,
      pyodideFolder,
    ],
    { env: {}, cwd: dirname(worker), stdio: ['pipe', 'ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'close').then(() => undefined);
  let complaint = '';
  (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    void ended.then(() =>
      reject(new Error(`The Python interpreter ended before its program did. ${complaint}`.trim())),
    );
  });
  // A program that runs is raced with `failed`. Without one there is nothing to tell.
  failed.catch(() => undefined);
  const stdin = child.stdin as Writable;
  // `failed` reports a write to a process that has ended.
  stdin.on('error', () => undefined);

  const ready = Promise.withResolvers<void>();
  const end = Promise.withResolvers<ProgramEnd>();
  let write: (stream: OutputStream, bytes: Uint8Array) => void = () => undefined;
  const reader = new FrameReader((type, payload) => {
    if (type === FRAME_TYPES.ready) ready.resolve();
    else if (type === FRAME_TYPES.stdout) write('STDOUT', payload);
    else if (type === FRAME_TYPES.stderr) write('STDERR', payload);
    else if (type === FRAME_TYPES.end) end.resolve(JSON.parse(new TextDecoder().decode(payload)) as ProgramEnd);
  });
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => reader.push(chunk));
  await Promise.race([ready.promise, failed]);

  return {
    ended,
    async start(program: Program, onWrite) {
      write = onWrite;
      const files = program.files.map(({ path, content }) => ({
        path,
        base64: Buffer.from(content).toString('base64'),
      }));
      stdin.end(JSON.stringify({ ...program, files }));
      return Promise.race([end.promise, failed]);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
