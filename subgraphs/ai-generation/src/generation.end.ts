import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { Claim } from '@vibecode/platform/jobs/job';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { Generation } from './generation.entity.ts';
import { type GenerationEventData, type SequencedEvent, toEntry, toStreamName } from './generation.events.ts';
import { findEvents, findLastSeq, insertEvents } from './generation.repository.ts';

/** The last events of a generation that has ended. */
export function toEndEvents(generation: Generation): GenerationEventData[] {
  const { status, completionTokens } = generation;
  return [
    { type: 'StatusChanged', status },
    { type: 'GenerationFinished', status, completionTokens, durationMs: toDurationMs(generation) },
  ];
}

/** Ends a generation that no worker is at work on: after `cancel` has changed its row, in the transaction that ends its job. */
export async function storeIdleEnd(em: EntityManager, generation: Generation): Promise<void> {
  await storeEnd(em, generation, await toNextEvents(em, generation.id, toEndEvents(generation)));
}

/** Numbers events of a generation that no worker is at work on, behind those that there are. */
export async function toNextEvents(
  em: EntityManager,
  generationId: string,
  events: readonly GenerationEventData[],
): Promise<SequencedEvent[]> {
  const lastSeq = await findLastSeq(em, generationId);
  return events.map((event, index) => ({ seq: lastSeq + index + 1, ...event }));
}

/** In the transaction that ends the generation's job. */
export async function storeEnd(
  em: EntityManager,
  generation: Generation,
  events: readonly SequencedEvent[],
): Promise<void> {
  await insertEvents(em, generation.id, events);
  addToOutbox(em, toCompleteEvent(generation));
}

const SETTLE_MS = 10_000;
const PAUSE_MS = 250;

/**
 * Tells watchers all that is stored of a generation that has ended, or waits for a review. Does nothing where that has been done.
 *
 * @throws what the stream log or the database throws for ten seconds
 */
export async function settleStream(
  { orm, streamLog }: { readonly orm: MikroORM; readonly streamLog: StreamLog },
  job: JobRun,
): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    try {
      await endStream(orm.em.fork(), streamLog, job.claim);
      return;
    } catch (error) {
      const mustStop = job.stopReason === 'lease lost' || job.stopReason === 'shutdown';
      if (mustStop || performance.now() > until) throw error;
      await delay(PAUSE_MS);
    }
  }
}

async function endStream(em: EntityManager, streamLog: StreamLog, { id, epoch }: Claim): Promise<void> {
  const stream = toStreamName(id);
  const last = await streamLog.last(stream);
  if (last?.sealed) return;
  // Read before the events: what ends meanwhile is settled by whoever takes up that end.
  const { isTerminal } = await em.findOneOrFail(Generation, { id });
  const missing = await findEvents(em, id, last?.seq ?? 0, Number.MAX_SAFE_INTEGER);
  await streamLog.append(stream, epoch, missing.map(toEntry));
  // What waits for a review goes on.
  if (isTerminal) await streamLog.seal(stream, epoch);
}

/** For the other services: how a generation has ended, or that its answer waits for a review. */
export function toCompleteEvent(generation: Generation) {
  const { id, userId, status, completionTokens } = generation;
  return createEvent('generation.complete', {
    source: 'ai-generation',
    subject: id,
    key: userId,
    data: {
      generationId: id,
      userId,
      projectId: generation.projectId,
      status: status as 'REVIEW' | 'COMPLETED' | 'FAILED' | 'CANCELLED',
      chargeable: generation.chargeable ?? false,
      model: generation.model,
      provider: generation.provider,
      promptTokens: generation.promptTokens,
      completionTokens,
      durationMs: toDurationMs(generation),
      version: generation.versionNumber,
      errorCode: generation.errorCode,
    },
  });
}

function toDurationMs({ createdAt, finishedAt }: Generation): number {
  return (finishedAt?.getTime() ?? Date.now()) - createdAt.getTime();
}
