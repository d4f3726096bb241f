/** A program to run: its files, its start, and its limits. */
export interface Program {
  /** Id of one of the sandbox's `runtimes`. */
  readonly runtime: string;
  /** Files with unique, normalized paths relative to the work directory, separated by `/`. */
  readonly files: readonly SandboxFile[];
  /** Path of the file to start. */
  readonly entrypoint: string;
  readonly args: readonly string[];
  /** The complete standard input. */
  readonly stdin: string;
  readonly limits: SandboxLimits;
}

interface SandboxFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface SandboxLimits {
  /** Wall-clock time from the start of the program. */
  readonly wallMs: number;
  /** Limit of standard output and standard error together. The program is stopped at the first byte beyond it. */
  readonly outputBytes: number;
  readonly memoryBytes: number;
}

/** The default limits: 10 s, 1 MiB of output, 128 MiB of memory. */
export const DEFAULT_LIMITS: SandboxLimits = {
  wallMs: 10_000,
  outputBytes: 1024 * 1024,
  memoryBytes: 128 * 1024 * 1024,
};

export type OutputStream = 'STDOUT' | 'STDERR';

/** A piece of the program's output. It never ends within a character. Bytes that are not UTF-8, and NUL, become U+FFFD. */
export interface OutputChunk {
  readonly stream: OutputStream;
  readonly text: string;
}

const OUTCOMES = [
  'SUCCEEDED',
  'FAILED',
  'SIGNALLED',
  'TIMED_OUT',
  'OUT_OF_MEMORY',
  'OUTPUT_LIMIT',
  'CANCELLED',
  'SANDBOX_FAULT',
] as const;
type Outcome = (typeof OUTCOMES)[number];

export interface SandboxResult {
  /**
   * `SUCCEEDED` is exit code 0, and `FAILED` any other one. `SIGNALLED` is a signal that the sandbox did not send.
   * `SANDBOX_FAULT` is a failure of the sandbox, not of the program.
   */
  readonly outcome: Outcome;
  /** Null if the program did not end by itself. */
  readonly exitCode: number | null;
  /** Such as `SIGSEGV`; null unless a signal ended the program. */
  readonly signal: string | null;
  /** Whether output was cut off at the limit. */
  readonly truncated: boolean;
  readonly durationMs: number;
  /** Null if the sandbox cannot measure it. */
  readonly memoryPeakBytes: number | null;
  /** The failure of the sandbox, for operators; null unless `SANDBOX_FAULT`. */
  readonly fault: string | null;
}

export interface SandboxRuntime {
  /** The name for `run`: `javascript`, `typescript`, `python`. */
  readonly id: string;
  readonly language: string;
  readonly version: string;
}

/**
 * Runs untrusted programs: without network, without access to the host, and with hard limits. Each run has an interpreter of its
 * own, which is discarded afterwards.
 */
export interface Sandbox extends AsyncDisposable {
  readonly name: 'wasm' | 'docker';
  readonly runtimes: readonly SandboxRuntime[];
  /**
   * Runs a program to its end. Every end of the program is a result. This rejects only for a runtime that the sandbox does not
   * have.
   *
   * @param onOutput called with each piece of output as it arrives; all calls come before the result
   * @param signal stops the program; the outcome is then `CANCELLED`
   */
  run(program: Program, onOutput: (chunk: OutputChunk) => void, signal: AbortSignal): Promise<SandboxResult>;
}

/** The directory of a program's files, in every sandbox. */
export const WORK_DIRECTORY = '/work';
