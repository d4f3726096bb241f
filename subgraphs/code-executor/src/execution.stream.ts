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

/**
 * Tells readers that a run has finished, as its row says, with whatever of its output the stream does not have yet. Does
 * nothing where that has been done.
 */
export async function endStream(log: StreamLog, { id, output }: Execution, epoch: number): Promise<void> {
  const stream = toStreamName(id);
  const last = await log.last(stream);
  if (last?.sealed) return;
  const entries = [
    ...output.map((chunk, index) => toEntry(index + 1, chunk)),
    { seq: output.length + 1, data: lastEntry },
  ];
  await log.append(stream, epoch, entries.slice(last?.seq ?? 0));
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
