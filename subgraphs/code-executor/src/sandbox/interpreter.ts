import type { ProgramEnd } from './run.supervisor.ts';
import type { OutputStream, Program } from './sandbox.ts';

/** Something that runs one program: an interpreter in a thread or process, or a container, loaded and ready for exactly one program. */
export interface Interpreter {
  start(program: Program, write: (stream: OutputStream, bytes: Uint8Array) => void): Promise<ProgramEnd>;
  /** Ends it at once, also in an endless loop; resolves when its memory is free. */
  kill(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Resolves when the interpreter is loaded. */
export type CreateInterpreter = () => Promise<Interpreter>;
