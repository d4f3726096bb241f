import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Interpreter } from '../interpreter.ts';
import type { ProgramEnd } from '../run.supervisor.ts';
import type { OutputStream, Program } from '../sandbox.ts';

/** The QuickJS release in quickjs-emscripten 0.32. */
export const QUICKJS_VERSION = 'QuickJS 2025-09-13';

/** Messages of the worker thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly stream: OutputStream; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly end: ProgramEnd };

// Compiled and source files have the same name in different formats, and the compiler does not rewrite a worker's URL.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Creates QuickJS in a worker thread. The program can call only the functions of `guest/host.ts`. */
export async function createJavaScriptInterpreter(): Promise<Interpreter> {
  const worker = new Worker(new URL(`./javascript.worker.${extension}`, import.meta.url), {
    name: 'sandbox-javascript',
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 8 },
  });
  const ended = once(worker, 'exit').then(() => undefined);
  const failed = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    void ended.then(() => reject(new Error('The JavaScript interpreter ended before its program did')));
  });
  // A program that runs is raced with `failed`. Without one there is nothing to tell.
  failed.catch(() => undefined);

  const ready = Promise.withResolvers<void>();
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'ready') ready.resolve();
  });
  await Promise.race([ready.promise, failed]);

  return {
    ended,
    async start(program: Program, write) {
      const end = Promise.withResolvers<ProgramEnd>();
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'output') write(message.stream, message.bytes);
        else if (message.type === 'end') end.resolve(message.end);
      });
      worker.postMessage(program);
      return Promise.race([end.promise, failed]);
    },
    async kill() {
      await worker.terminate();
    },
  };
}
