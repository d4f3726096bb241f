import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { StreamEntry, StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { fromEntry, toEntry } from './event.writer.ts';
import type { Generation } from './generation.entity.ts';
import { type SequencedEvent, toStreamName } from './generation.events.ts';
import { findEvents, findUnsealed, insertEvents, type Lease, markSealed } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';

const PAGE_EVENTS = 1_000;

/**
 * The events of a generation after a position: those of the past at once, then live; ends after the last. While it runs they come
 * from the stream log; the database replays what has ended, for ever.
 */
export async function* readEvents(
  { orm, streamLog }: { orm: MikroORM; streamLog: StreamLog },
  generation: Generation,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<SequencedEvent, void, undefined> {
  if (!generation.isTerminal) {
    // The stream log may have forgotten what waits for its user for days; all of it is stored.
    const past =
      generation.status === GenerationStatus.REVIEW
        ? await findEvents(orm.em.fork(), generation.id, afterSeq, Number.MAX_SAFE_INTEGER)
        : [];
    yield* past;
    const after = past.at(-1)?.seq ?? afterSeq;
    for await (const entry of streamLog.read(toStreamName(generation.id), after, signal)) yield fromEntry(entry);
    return;
  }
  for (let after = afterSeq; !signal.aborted; ) {
    const events = await findEvents(orm.em.fork(), generation.id, after, PAGE_EVENTS);
    yield* events;
    if (events.length < PAGE_EVENTS) return;
    after = events.at(-1)!.seq;
  }
}

/** The events there are by now, at most `first` of them; does not wait for more. */
export async function findEventsSoFar(
  { em, streamLog }: { em: EntityManager; streamLog: StreamLog },
  generation: Generation,
  afterSeq: number,
  first: number,
): Promise<SequencedEvent[]> {
  const isStored = generation.isTerminal || generation.status === GenerationStatus.REVIEW;
  if (isStored) return findEvents(em, generation.id, afterSeq, first);
  const entries = await readLogSoFar(streamLog, generation.id, afterSeq, first);
  return entries?.map(fromEntry) ?? findEvents(em, generation.id, afterSeq, first);
}

/**
 * Makes the stream log and the database hold the same events, after whatever has befallen the worker before, and claims the
 * stream for the lease.
 *
 * @returns the seq of the last event
 */
export async function recoverStream(em: EntityManager, streamLog: StreamLog, lease: Lease): Promise<number> {
  const { generationId, epoch } = lease;
  const logged = (await readLogSoFar(streamLog, generationId, 0, Number.MAX_SAFE_INTEGER)) ?? [];
  const stored = await findEvents(em, generationId, 0, Number.MAX_SAFE_INTEGER);
  const storedSeqs = new Set(stored.map(({ seq }) => seq));
  const lastLogged = logged.at(-1)?.seq ?? 0;
  const unstored = logged.filter(({ seq }) => !storedSeqs.has(seq)).map(fromEntry);
  const unlogged = stored.filter(({ seq }) => seq > lastLogged);
  await insertEvents(em, generationId, unstored);
  await streamLog.append(toStreamName(generationId), epoch, unlogged.map(toEntry));
  return unlogged.at(-1)?.seq ?? lastLogged;
}

/** Ends streams whose generation has ended in the database, when their worker died just before it could tell. */
export async function sealFinished(em: EntityManager, streamLog: StreamLog): Promise<void> {
  for (const { id, leaseEpoch } of await findUnsealed(em)) {
    const last = await streamLog.last(toStreamName(id));
    // What has expired, or was in the memory of a process that is gone, is read from the database.
    if (last && !last.sealed) {
      const missing = await findEvents(em, id, last.seq, Number.MAX_SAFE_INTEGER);
      await streamLog.append(toStreamName(id), leaseEpoch, missing.map(toEntry));
      await streamLog.seal(toStreamName(id), leaseEpoch);
    }
    await markSealed(em, id);
  }
}

/** Null when the log does not know the stream. */
async function readLogSoFar(
  streamLog: StreamLog,
  generationId: string,
  afterSeq: number,
  first: number,
): Promise<StreamEntry[] | null> {
  const last = await streamLog.last(toStreamName(generationId));
  if (!last) return null;
  const entries: StreamEntry[] = [];
  if (last.seq <= afterSeq) return entries;
  for await (const entry of streamLog.read(toStreamName(generationId), afterSeq)) {
    entries.push(entry);
    if (entry.seq >= last.seq || entries.length >= first) break;
  }
  return entries;
}
