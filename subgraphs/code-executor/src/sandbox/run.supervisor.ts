import { OutputMeter } from './output.meter.ts';
import type { OutputChunk, OutputStream, SandboxLimits, SandboxResult } from './sandbox.ts';

/** The end of a program that was not stopped. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly outOfMemory: boolean;
  readonly memoryPeakBytes: number | null;
}

export interface SupervisedRun {
  readonly limits: SandboxLimits;
  readonly onOutput: (chunk: OutputChunk) => void;
  readonly signal: AbortSignal;
  /** Starts the program. Resolves when it has ended and its output has been written; rejects if the sandbox fails. */
  start(write: (stream: OutputStream, bytes: Uint8Array) => void): Promise<ProgramEnd>;
  /** Ends the program at once. May be called after its end. */
  kill(): Promise<void>;
}

type Stop = 'TIMED_OUT' | 'OUTPUT_LIMIT' | 'CANCELLED';

/** Enforces the limits of one run in any sandbox, and determines its result. Never rejects. */
export async function superviseRun({ limits, onOutput, signal, start, kill }: SupervisedRun): Promise<SandboxResult> {
  const startedAt = performance.now();
  const stopped = Promise.withResolvers<Stop>();
  const meter = new OutputMeter(limits.outputBytes, onOutput, () => stopped.resolve('OUTPUT_LIMIT'));
  const timer = setTimeout(() => stopped.resolve('TIMED_OUT'), limits.wallMs);
  const cancel = () => stopped.resolve('CANCELLED');
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });

  const finish = (result: Partial<SandboxResult> & Pick<SandboxResult, 'outcome'>): SandboxResult => {
    meter.close();
    return {
      exitCode: null,
      signal: null,
      memoryPeakBytes: null,
      fault: null,
      ...result,
      truncated: meter.truncated,
      durationMs: Math.round(performance.now() - startedAt),
    };
  };
  try {
    const ended = signal.aborted ? stopped.promise : start((stream, bytes) => meter.write(stream, bytes));
    const how = await Promise.race([ended, stopped.promise]);
    if (typeof how === 'string') return finish({ outcome: how });
    // The last bytes may exceed the limit at the moment when the program ends.
    const { exitCode, signal: endSignal, memoryPeakBytes } = how;
    const outcome = meter.truncated ? 'OUTPUT_LIMIT' : toOutcome(how);
    return finish({ outcome, exitCode, signal: endSignal, memoryPeakBytes });
  } catch (error) {
    return finish({ outcome: 'SANDBOX_FAULT', fault: error instanceof Error ? error.message : String(error) });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    // The sandbox has logged what it could not end, and the result of the program stands.
    await kill().catch(() => undefined);
  }
}

function toOutcome(end: ProgramEnd): SandboxResult['outcome'] {
  if (end.outOfMemory) return 'OUT_OF_MEMORY';
  if (end.signal !== null) return 'SIGNALLED';
  return end.exitCode === 0 ? 'SUCCEEDED' : 'FAILED';
}
