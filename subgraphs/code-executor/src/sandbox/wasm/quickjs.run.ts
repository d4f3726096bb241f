import { setTimeout as sleep } from 'node:timers/promises';
import {
  newQuickJSWASMModule,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import type { ProgramEnd } from '../run.supervisor.ts';
import { DEFAULT_LIMITS, type OutputStream, type Program, WORK_DIRECTORY } from '../sandbox.ts';
import { OutputBuffer } from './output.buffer.ts';
import { ProgramModules } from './program.modules.ts';
import { createHostFunctions } from './quickjs.host.ts';
import { isTrap, WasmMemory } from './webassembly.ts';

const encoder = new TextEncoder();

/** Stack size of the guest, smaller than the thread's own stack, so that deep recursion throws in the guest. */
const STACK_BYTES = 512 * 1024;
const PAGE_BYTES = 64 * 1024;
const INITIAL_PAGES = 256;
/** Ratio above which memory counts as exhausted, because it grows in steps. */
const FULL = 0.9;
const OUT_OF_MEMORY = 'InternalError: out of memory\n';

/** Loads QuickJS and the guest's modules. @returns a function that runs one program, once */
export async function createQuickJsRun(
  send: (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<(program: Program) => Promise<ProgramEnd>> {
  // The engine's own accounting misses some allocations, but its memory cannot grow beyond the maximum.
  const memory = new WasmMemory({ initial: INITIAL_PAGES, maximum: DEFAULT_LIMITS.memoryBytes / PAGE_BYTES });
  const quickjs = await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmMemory: memory }));
  const run = new QuickJsRun(quickjs.newRuntime(), memory, new OutputBuffer(send));
  return (program) => run.run(program);
}

class QuickJsRun {
  readonly #runtime: QuickJSRuntime;
  readonly #memory: InstanceType<typeof WasmMemory>;
  readonly #output: OutputBuffer;
  readonly #context: QuickJSContext;
  readonly #modules = new ProgramModules();
  /** The namespace of bootstrap.ts. */
  readonly #guest: QuickJSHandle;
  #imports = 0;
  /** Set once, when the program has ended. */
  #exitCode: number | null = null;
  #outOfMemory = false;

  constructor(runtime: QuickJSRuntime, memory: InstanceType<typeof WasmMemory>, output: OutputBuffer) {
    this.#runtime = runtime;
    this.#memory = memory;
    this.#output = output;
    this.#context = runtime.newContext();
    runtime.setMaxStackSize(STACK_BYTES);
    // Called every few thousand instructions. Returning true ends the program, which it cannot catch.
    runtime.setInterruptHandler(() => {
      output.flushIfDue();
      return this.#exitCode !== null;
    });
    runtime.setModuleLoader(
      (id) => this.#modules.load(id),
      (from, specifier) => this.#modules.toId(from, specifier),
    );
    this.#guest = this.#bootstrap();
  }

  async run(program: Program): Promise<ProgramEnd> {
    const output = this.#output;
    output.limit(program.limits.outputBytes + 1);
    this.#runtime.setMemoryLimit(program.limits.memoryBytes);
    this.#addFiles(program);
    const entry = `${WORK_DIRECTORY}/${program.entrypoint}`;
    try {
      const format = this.#modules.checkEntry(entry);
      using start = this.#context.newString(
        JSON.stringify({ entry, args: program.args, stdin: program.stdin, format }),
      );
      this.#call('start', start)?.dispose();
      this.#drain();
      await this.#runTimers();
      if (this.#exitCode === null) {
        using code = this.#call('finish');
        this.#exitCode ??= code ? this.#context.getNumber(code) : 1;
      }
    } catch (error) {
      // Where the engine does not check for it, a failed allocation causes a trap.
      this.#outOfMemory = isTrap(error) && this.#memory.buffer.byteLength > FULL * program.limits.memoryBytes;
      output.write('STDERR', encoder.encode(this.#outOfMemory ? OUT_OF_MEMORY : `${String(error)}\n    at ${entry}\n`));
      this.#exitCode = 1;
    }
    output.flush();
    return {
      exitCode: this.#outOfMemory ? null : this.#exitCode,
      signal: null,
      outOfMemory: this.#outOfMemory,
      memoryPeakBytes: this.#memory.buffer.byteLength,
    };
  }

  #bootstrap(): QuickJSHandle {
    using host = createHostFunctions(this.#context, {
      write: (stream, bytes) => this.#output.write(stream, bytes),
      exit: (code) => {
        this.#exitCode ??= code;
      },
      resolve: this.#modules.resolve,
      importNow: (id) => this.#importNow(id),
      readCommonJs: (path) => this.#modules.readCommonJs(path),
      memoryBytes: () => this.#memory.buffer.byteLength,
    });
    this.#context.setProp(this.#context.global, '__host', host);
    const guest = this.#importNow('internal:bootstrap');
    this.#context.unwrapResult(this.#context.evalCode('delete globalThis.__host;')).dispose();
    return guest;
  }

  #importNow(id: string): QuickJSHandle {
    const result = this.#context.evalCode(
      `import * as namespace from ${JSON.stringify(id)};\nexport { namespace };`,
      `internal:import-${++this.#imports}`,
      { type: 'module' },
    );
    using exported = this.#context.unwrapResult(result);
    return this.#context.getProp(exported, 'namespace');
  }

  #addFiles({ files }: Program): void {
    for (const file of files) {
      const path = `${WORK_DIRECTORY}/${file.path}`;
      this.#modules.add(path, file.content);
      using name = this.#context.newString(path);
      using content = this.#context.newArrayBuffer(new Uint8Array(file.content).buffer);
      this.#call('addFile', name, content)?.dispose();
    }
  }

  /** Runs timers until none is left or the program has ended. */
  async #runTimers(): Promise<void> {
    while (this.#exitCode === null) {
      using delay = this.#call('nextDelayMs');
      const delayMs = delay ? this.#context.getNumber(delay) : -1;
      if (delayMs < 0) break;
      this.#output.flush();
      if (delayMs > 0) await sleep(delayMs);
      this.#call('runTimer')?.dispose();
      this.#drain();
    }
  }

  /** Runs all promise jobs and ticks, until none is left or the program has ended. */
  #drain(): void {
    while (this.#exitCode === null) {
      this.#call('runTicks')?.dispose();
      if (this.#exitCode !== null || !this.#runtime.hasPendingJob()) return;
      const result = this.#runtime.executePendingJobs(1);
      if (result.error) this.#onError(result.error, true);
      else result.dispose();
    }
  }

  /** Calls a function of bootstrap.ts. @returns null if the call ended the program */
  #call(name: string, ...parameters: QuickJSHandle[]): QuickJSHandle | null {
    using run = this.#context.getProp(this.#guest, name);
    const result = this.#context.callFunction(run, this.#context.undefined, ...parameters);
    if (!result.error) return result.value;
    this.#onError(result.error, name !== 'reportUncaught');
    return null;
  }

  #onError(error: QuickJSHandle, report: boolean): void {
    if (this.#exitCode === null) {
      const thrown = toThrown(this.#context, error);
      if (thrown === null || /^InternalError: out of memory/.test(thrown)) {
        this.#outOfMemory = true;
        this.#exitCode = 1;
        this.#output.write('STDERR', encoder.encode(OUT_OF_MEMORY));
      } else if (report) {
        this.#call('reportUncaught', error)?.dispose();
      } else {
        this.#exitCode = 1;
        this.#output.write('STDERR', encoder.encode(`${thrown}\n`));
      }
    }
    error.dispose();
  }
}

/** Formats a thrown value as `Name: message`. @returns null if there was no memory left for that */
function toThrown(context: QuickJSContext, error: QuickJSHandle): string | null {
  const thrown: unknown = context.dump(error);
  if (thrown === null || typeof thrown !== 'object') return thrown === null ? null : String(thrown);
  const { name, message } = thrown as { name?: unknown; message?: unknown };
  return `${String(name)}: ${String(message)}`;
}
