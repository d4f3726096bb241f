import type { StreamEntry, StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { type Execution, ExecutionStatus } from './execution.entity.ts';
import type { OutputChunk, OutputStream } from './sandbox/sandbox.ts';

/** An event of `executionOutput`. The last one of every run has neither stream nor text. */
export interface OutputEvent {
  readonly executionId: string;
  readonly seq: number;
  readonly stream: OutputStream | null;
  readonly text: string | null;
}

const lastEntry = JSON.stringify({ stream: null, text: null });

export function toStreamName(executionId: string): string {
  return `execution:${executionId}`;
}

export function toEntry(seq: number, chunk: OutputChunk): StreamEntry {
  return { seq, data: JSON.stringify({ stream: chunk.stream, text: chunk.text }) };
}

/** Ends the stream of a finished run. Its outcome must be in the database before. */
export async function endStream(log: StreamLog, id: string, epoch: number, outputLength: number): Promise<void> {
  const stream = toStreamName(id);
  await log.append(stream, epoch, [{ seq: outputLength + 1, data: lastEntry }]);
  await log.seal(stream, epoch);
}

/** Reads output after `afterSeq`: of a finished run from its row, and of any other run from the stream until it finishes. */
export async function* readOutput(
  log: StreamLog,
  execution: Execution,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<OutputEvent, void, undefined> {
  const { id: executionId } = execution;
  if (execution.status === ExecutionStatus.FINISHED) {
    for (const [index, chunk] of execution.output.entries()) {
      if (index + 1 > afterSeq) yield { executionId, seq: index + 1, stream: chunk.stream, text: chunk.text };
    }
    const last = execution.output.length + 1;
    if (last > afterSeq) yield { executionId, seq: last, stream: null, text: null };
    return;
  }
  for await (const { seq, data } of log.read(toStreamName(executionId), afterSeq, signal)) {
    const event = { executionId, seq, ...(JSON.parse(data) as Pick<OutputEvent, 'stream' | 'text'>) };
    yield event;
    if (event.stream === null) return;
  }
}

/** Reads the output that a dead worker has written to the stream. */
export async function readPast(log: StreamLog, id: string): Promise<OutputChunk[]> {
  const stream = toStreamName(id);
  const last = await log.last(stream);
  const chunks: OutputChunk[] = [];
  if (!last || last.seq === 0) return chunks;
  for await (const { seq, data } of log.read(stream, 0)) {
    const { stream: name, text } = JSON.parse(data) as Pick<OutputEvent, 'stream' | 'text'>;
    if (name !== null && text !== null) chunks.push({ stream: name, text });
    if (seq >= last.seq) break;
  }
  return chunks;
}
