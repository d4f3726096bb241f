/** A program to run: its files, how to start it, and what it may use. */
export interface Program {
  /** Id of one of the sandbox's `runtimes`. */
  readonly runtime: string;
  /** Paths are relative to the work directory, with `/`, normalized, unique. */
  readonly files: readonly SandboxFile[];
  /** Path of the file to start. */
  readonly entrypoint: string;
  readonly args: readonly string[];
  /** All of the standard input; then it ends. */
  readonly stdin: string;
  readonly limits: SandboxLimits;
}

interface SandboxFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface SandboxLimits {
  /** Wall clock, from the moment the program starts. */
  readonly wallMs: number;
  /** Standard output and standard error together. The program is stopped at the first byte beyond. */
  readonly outputBytes: number;
  readonly memoryBytes: number;
}

/** The limits of the design: 10 s, 1 MiB of output, 128 MiB of memory. */
export const defaultLimits: SandboxLimits = {
  wallMs: 10_000,
  outputBytes: 1024 * 1024,
  memoryBytes: 128 * 1024 * 1024,
};

export type OutputStream = 'STDOUT' | 'STDERR';

/** Text as the program wrote it: never ends within a character. Bytes that are no UTF-8, and NUL, become U+FFFD. */
export interface OutputChunk {
  readonly stream: OutputStream;
  readonly text: string;
}

const outcomes = [
  'SUCCEEDED',
  'FAILED',
  'SIGNALLED',
  'TIMED_OUT',
  'OUT_OF_MEMORY',
  'OUTPUT_LIMIT',
  'CANCELLED',
  'SANDBOX_FAULT',
] as const;
type Outcome = (typeof outcomes)[number];

export interface SandboxResult {
  /**
   * `SUCCEEDED` is exit code 0, `FAILED` any other; `SIGNALLED` a signal the sandbox did not send. `SANDBOX_FAULT` says
   * that the sandbox broke, not the program.
   */
  readonly outcome: Outcome;
  /** Null when the program did not come to an end of its own. */
  readonly exitCode: number | null;
  /** `SIGSEGV`; null unless the program ended by one. */
  readonly signal: string | null;
  /** Whether output was cut off at the limit. */
  readonly truncated: boolean;
  readonly durationMs: number;
  /** Null where the sandbox cannot tell. */
  readonly memoryPeakBytes: number | null;
  /** What broke, for operators; null unless `SANDBOX_FAULT`. */
  readonly fault: string | null;
}

export interface SandboxRuntime {
  /** What `run` takes: `javascript`, `typescript`, `python`. */
  readonly id: string;
  readonly language: string;
  readonly version: string;
}

/**
 * Runs programs that nobody trusts: no network, no access to the host, hard limits. Each run has an interpreter of its
 * own that is thrown away afterwards.
 */
export interface Sandbox extends AsyncDisposable {
  readonly name: 'wasm' | 'docker';
  readonly runtimes: readonly SandboxRuntime[];
  /**
   * Runs a program to its end. Whatever the program does shows in the result; this rejects only for a program that
   * names no runtime of this sandbox.
   *
   * @param onOutput called with each piece of output as it comes; all calls come before the result
   * @param signal stops the program; the outcome is then `CANCELLED`
   */
  run(program: Program, onOutput: (chunk: OutputChunk) => void, signal: AbortSignal): Promise<SandboxResult>;
}

/** Where a program finds its files, in every sandbox. */
export const workDirectory = '/work';
