import { setTimeout as delay } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import type { Generation } from './generation.entity.ts';
import { fromEntry, type SequencedEvent, toStreamName } from './generation.events.ts';
import { findEvents } from './generation.repository.ts';

const PAGE_EVENTS = 1_000;
/** How often the database is read while the stream log is away. */
const LOOK_MS = 1_000;

export interface StreamReaderDependencies {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly log: Logger;
}

/**
 * The events of a generation after a position; ends after the last. Those of the past come at once from the database, which has
 * them all before the stream log does; then those of the stream log, while it can be read.
 */
export async function* readEvents(
  { orm, streamLog, log }: StreamReaderDependencies,
  { id, isTerminal }: Generation,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedEvent, void, undefined> {
  let after = afterSeq;
  while (!signal.aborted) {
    const events = await findEvents(orm.em.fork(), id, after, PAGE_EVENTS);
    yield* events;
    after = events.at(-1)?.seq ?? after;
    if (events.at(-1)?.type === 'GenerationFinished') return;
    if (events.length === PAGE_EVENTS) continue;
    if (isTerminal) return;
    try {
      for await (const entry of streamLog.read(toStreamName(id), after, signal)) {
        after = entry.seq;
        const event = fromEntry(entry);
        yield event;
        if (event.type === 'GenerationFinished') return;
      }
      return;
    } catch (error) {
      log.debug({ action: 'generation.stream-not-read', generationId: id, error }, 'the database is read meanwhile');
      // It rejects only when it is aborted, which ends the loop.
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
