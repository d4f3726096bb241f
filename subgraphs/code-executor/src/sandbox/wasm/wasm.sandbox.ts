import type { Interpreter } from '../interpreter.ts';
import { superviseRun } from '../run.supervisor.ts';
import type { OutputChunk, Program, Sandbox, SandboxResult, SandboxRuntime } from '../sandbox.ts';
import { WarmPool } from '../warm.pool.ts';
import { createJavaScriptInterpreter, QUICKJS_VERSION } from './javascript.interpreter.ts';
import { createPythonInterpreter, PYTHON_VERSION } from './python.interpreter.ts';

export interface WasmSandboxOptions {
  /** How long an unused Python interpreter (some 160 MB) is kept ready. Default one minute. */
  readonly idleMs?: number;
}

/**
 * Programs in WebAssembly: QuickJS for JavaScript and TypeScript, each in a worker thread; CPython (Pyodide) for Python,
 * each in a process of its own without permissions, because Python's bridge to JavaScript is not made to hold anyone.
 */
export class WasmSandbox implements Sandbox {
  readonly name = 'wasm';
  readonly runtimes: readonly SandboxRuntime[] = [
    { id: 'javascript', language: 'JavaScript', version: QUICKJS_VERSION },
    { id: 'typescript', language: 'TypeScript', version: QUICKJS_VERSION },
    { id: 'python', language: 'Python', version: PYTHON_VERSION },
  ];
  readonly #pools: Readonly<Record<string, WarmPool>>;

  constructor({ idleMs = 60_000 }: WasmSandboxOptions = {}) {
    const javascript = new WarmPool({ create: createJavaScriptInterpreter, warm: 3, alive: 6, idleMs: null });
    const python = new WarmPool({ create: createPythonInterpreter, warm: 1, alive: 2, idleMs });
    this.#pools = { javascript, typescript: javascript, python };
  }

  /** Loads interpreters ahead of the first run. */
  warm(runtime: string): void {
    this.#pools[runtime]?.warm();
  }

  async run(program: Program, onOutput: (chunk: OutputChunk) => void, signal: AbortSignal): Promise<SandboxResult> {
    const pool = this.#pools[program.runtime];
    if (!pool)
      throw new RangeError(`No runtime '${program.runtime}'; there are ${Object.keys(this.#pools).join(', ')}`);
    let interpreter: Interpreter | undefined;
    let failure: unknown;
    try {
      interpreter = await pool.take(signal);
    } catch (error) {
      failure = error;
    }
    return superviseRun({
      limits: program.limits,
      onOutput,
      signal,
      start: async (write) => {
        if (!interpreter) throw failure;
        return interpreter.start(program, write);
      },
      kill: async () => interpreter?.kill(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool[Symbol.asyncDispose]()));
  }
}
