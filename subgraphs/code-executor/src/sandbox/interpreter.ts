import type { ProgramEnd } from './run.supervisor.ts';
import type { OutputStream, Program } from './sandbox.ts';

/** An environment that is loaded and ready for exactly one program: an interpreter in a thread or process, or a container. */
export interface Interpreter {
  start(program: Program, write: (stream: OutputStream, bytes: Uint8Array) => void): Promise<ProgramEnd>;
  /** Ends it at once, even in an endless loop. Resolves when its memory is free. */
  kill(): Promise<void>;
  /** Resolves when it has ended for any reason. */
  readonly ended: Promise<void>;
}

/** Creates an interpreter. Resolves when it is loaded. */
export type CreateInterpreter = () => Promise<Interpreter>;
