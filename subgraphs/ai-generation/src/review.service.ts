import { LockMode } from '@mikro-orm/core';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { ForbiddenError, InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import { foldPath } from '@vibecode/platform/file.path';
import type { Viewer } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import type { ProposedChange } from './answer/answer.changes.ts';
import { toProjectPath } from './answer/answer.paths.ts';
import { type Change, toSha256 } from './answer/answer.reduction.ts';
import { NotInReviewError, ReviewConflictError } from './errors.ts';
import { fromEntry } from './event.writer.ts';
import { Generation } from './generation.entity.ts';
import { type GenerationEventData, type SequencedEvent, toStreamName } from './generation.events.ts';
import { acceptedPathsInput } from './generation.input.ts';
import { findVisible, markSealed } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { recoverStream } from './generation.stream.ts';
import { toCompleteEvent } from './job.journal.ts';
import { appendEvents, findOverdueReviews, findProposal } from './review.repository.ts';

export interface ReviewServiceOptions {
  readonly orm: MikroORM;
  readonly streamLog: StreamLog;
  readonly log: Logger;
  /** Lets a worker look for what was accepted. */
  readonly wakeRunner: () => void;
  /** For how long an acceptance waits for its outcome. Default 10,000. */
  readonly outcomeWaitMs?: number;
}

interface Moved {
  readonly generation: Generation;
  readonly events: readonly SequencedEvent[];
}

const { REVIEW, APPLYING, CANCELLED, COMPLETED, FAILED } = GenerationStatus;

/** Changes that wait for their user: each is accepted, rejected or expires once, under the lock of its row. */
export class ReviewService {
  readonly #options: ReviewServiceOptions;

  constructor(options: ReviewServiceOptions) {
    this.#options = options;
  }

  /**
   * Accepts the changes, or those of some paths; the others are dropped. From when this is stored, they are applied once, whatever
   * dies. Repeating it changes nothing.
   *
   * @returns the generation when it is known what came of it; still APPLYING while the project service does not answer
   * @throws NotInReviewError, InvalidInputError
   * @throws ReviewConflictError the changes do not fit the project any more, and wait as before
   */
  async accept(viewer: Viewer, id: string, input: unknown): Promise<Generation> {
    const { paths } = parseInput(acceptedPathsInput, { paths: input });
    await this.#assertOwn(viewer, id);
    const { generation, events } = await this.#move(id, async (row, em) => {
      const proposal = await findProposal(em, id);
      if (row.status !== REVIEW) {
        if (isAcceptedWith(row, paths, proposal)) return [];
        throw new NotInReviewError(id, row.status);
      }
      const accepted = paths === null ? proposal : select(proposal, paths);
      row.accept(
        accepted.map(({ path }) => path),
        accepted.map(toChange),
      );
      return [{ type: 'StatusChanged', status: APPLYING }];
    });
    if (generation.status !== APPLYING) return generation;
    if (events.length > 0) await this.#publish(generation);
    this.#options.wakeRunner();
    await this.#untilApplied(id, (events[0]?.seq ?? 1) - 1);
    const outcome = await this.#get(id);
    if (outcome.status === REVIEW && outcome.refusal) throw new ReviewConflictError(outcome.refusal);
    return outcome;
  }

  /** Drops the changes. Repeating it changes nothing. @throws NotInReviewError */
  async reject(viewer: Viewer, id: string): Promise<Generation> {
    await this.#assertOwn(viewer, id);
    return this.#end(id, (row, now) => {
      if (row.status === REVIEW) row.cancel(now);
      else if (row.status !== CANCELLED) throw new NotInReviewError(id, row.status);
    });
  }

  /** Ends those whose time is over. Other instances may do the same at the same time. */
  async expire(): Promise<void> {
    for (const id of await findOverdueReviews(this.#options.orm.em.fork())) {
      await this.#end(id, (row, now) => {
        if (row.status !== REVIEW) return;
        if (row.cancelRequestedAt) row.cancel(now);
        else row.fail(EXPIRED, now);
      });
    }
  }

  async #end(id: string, change: (row: Generation, now: Date) => void): Promise<Generation> {
    const now = new Date();
    const { generation, events } = await this.#move(id, async (row, em) => {
      const wasInReview = row.status === REVIEW;
      change(row, now);
      if (!wasInReview || row.status === REVIEW) return [];
      const durationMs = now.getTime() - row.createdAt.getTime();
      addToOutbox(em, toCompleteEvent(row, durationMs));
      const { status, completionTokens } = row;
      return [
        { type: 'StatusChanged', status },
        { type: 'GenerationFinished', status, completionTokens, durationMs },
      ];
    });
    if (events.length > 0) await this.#publish(generation);
    return generation;
  }

  /** Changes a row under its lock. With events, whoever worked on it before writes nothing any more, and a worker may begin. */
  #move(id: string, change: (row: Generation, em: EntityManager) => Promise<GenerationEventData[]>): Promise<Moved> {
    return this.#options.orm.em.fork().transactional(async (em) => {
      const row = await em.findOne(Generation, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!row) throw new NotFoundError('generation', id);
      const events = await change(row, em);
      if (events.length === 0) return { generation: row, events: [] };
      Object.assign(row, { leaseEpoch: row.leaseEpoch + 1, leaseOwner: null, leaseUntil: new Date(Date.now() - 1) });
      return { generation: row, events: await appendEvents(em, id, events) };
    });
  }

  /** What goes wrong here is made up for by the next worker, or by `sealFinished`: the events are stored. */
  async #publish({ id, leaseEpoch, isTerminal }: Generation): Promise<void> {
    const { orm, streamLog, log } = this.#options;
    try {
      await recoverStream(orm.em.fork(), streamLog, { generationId: id, epoch: leaseEpoch });
      if (!isTerminal) return;
      await streamLog.seal(toStreamName(id), leaseEpoch);
      await markSealed(orm.em.fork(), id);
    } catch (error) {
      log.warn({ action: 'review.stream-not-written', generationId: id, error });
    }
  }

  /** The job may run on any instance: its events say when it is over. */
  async #untilApplied(id: string, afterSeq: number): Promise<void> {
    const { streamLog, outcomeWaitMs = 10_000 } = this.#options;
    const signal = AbortSignal.timeout(outcomeWaitMs);
    let isApplying = false;
    for await (const entry of streamLog.read(toStreamName(id), afterSeq, signal)) {
      const event = fromEntry(entry);
      if (event.type !== 'StatusChanged') continue;
      if (event.status === APPLYING) isApplying = true;
      else if (isApplying && OUTCOMES.has(event.status) && (await this.#get(id)).status !== APPLYING) return;
    }
  }

  async #assertOwn(viewer: Viewer, id: string): Promise<void> {
    const generation = await findVisible(
      this.#options.orm.em.fork(),
      id,
      viewer.role === 'ADMIN' ? null : viewer.userId,
    );
    if (!generation) throw new NotFoundError('generation', id);
    if (generation.userId !== viewer.userId)
      throw new ForbiddenError('Only the user who started a generation may accept or reject its changes.');
  }

  async #get(id: string): Promise<Generation> {
    return this.#options.orm.em.fork().findOneOrFail(Generation, { id });
  }
}

const OUTCOMES: ReadonlySet<GenerationStatus> = new Set([REVIEW, COMPLETED, FAILED]);

const EXPIRED = {
  code: 'GENERATION_REVIEW_EXPIRED',
  message: 'Nobody accepted the changes in time. Nothing was written. Start the generation again.',
};

function toChange({ path, before, after }: ProposedChange): Change {
  if (after === null) return { operation: 'DELETE', path, ...(before !== null && { ifSha256: toSha256(before) }) };
  const precondition = before === null ? { ifAbsent: true as const } : { ifSha256: toSha256(before) };
  return { operation: 'WRITE', path, content: after, ...precondition };
}

/** @throws InvalidInputError for a path that is not proposed */
function select(proposal: readonly ProposedChange[], paths: readonly string[]): ProposedChange[] {
  const wanted = new Set(paths.map(toPlainPath));
  const accepted = proposal.filter(({ path }) => wanted.delete(toPlainPath(path)));
  const [unknown] = wanted;
  if (unknown === undefined) return accepted;
  const known = proposal.map(({ path }) => `'${path}'`);
  throw new InvalidInputError(
    'paths',
    `'${unknown}' is not among the proposed changes. Expected some of ${known.slice(0, 20).join(', ')}${known.length > 20 ? ' …' : ''}.`,
  );
}

/** Whether an acceptance is the one that was stored. Without paths, it is that of whatever was accepted. */
function isAcceptedWith(
  { acceptedPaths, status }: Generation,
  paths: readonly string[] | null,
  proposal: readonly ProposedChange[],
): boolean {
  if (acceptedPaths === null || ![APPLYING, COMPLETED].includes(status)) return false;
  if (paths === null) return status === COMPLETED || acceptedPaths.length === proposal.length;
  const [wanted, stored] = [paths, acceptedPaths].map((list) => [...new Set(list.map(toPlainPath))].sort().join('\n'));
  return wanted === stored;
}

function toPlainPath(written: string): string {
  const parsed = toProjectPath(written);
  return foldPath('path' in parsed ? parsed.path : written);
}
