import { setTimeout as delay } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/core';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { ForbiddenError, InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { foldPath } from '@vibecode/platform/file.path';
import type { Viewer } from '@vibecode/platform/identity';
import type { JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { JobWorker } from '@vibecode/platform/jobs/job.worker';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { toProjectPath } from './answer/answer.paths.ts';
import type { ProposedChange } from './answer/answer.proposal.ts';
import { type Change, toSha256 } from './answer/answer.reduction.ts';
import { NotInReviewError, ReviewConflictError } from './errors.ts';
import { storeIdleEnd, toNextEvents } from './generation.end.ts';
import { Generation } from './generation.entity.ts';
import { fromEntry, toStreamName } from './generation.events.ts';
import { acceptedPathsInput } from './generation.input.ts';
import { findVisible, insertEvents } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { findOverdueReviews, findProposal } from './review.repository.ts';

export interface ReviewServiceOptions {
  readonly orm: MikroORM;
  readonly queue: JobQueue;
  readonly worker: JobWorker;
  readonly streamLog: StreamLog;
  /** For how long an acceptance waits for its outcome. Default 10,000. */
  readonly outcomeWaitMs?: number;
}

/** Of jobs that apply what was accepted: they go on while their model is away. */
export const REVIEW_LANE = 'review';

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
    const { orm, queue, worker } = this.#options;
    const { status, afterSeq } = await orm.em.fork().transactional(async (em) => {
      const isWaiting = await queue.unpark(em, id, REVIEW_LANE);
      const row = await lock(em, id);
      const proposal = await findProposal(em, id);
      if (!isWaiting) {
        if (isAcceptedWith(row, paths, proposal)) return { status: row.status, afterSeq: 0 };
        throw new NotInReviewError(id, row.status);
      }
      const accepted = paths === null ? proposal : select(proposal, paths);
      row.accept(
        accepted.map(({ path }) => path),
        accepted.map(toChange),
      );
      const events = await toNextEvents(em, id, [{ type: 'StatusChanged', status: APPLYING }]);
      await insertEvents(em, id, events);
      return { status: row.status, afterSeq: events[0]!.seq - 1 };
    });
    if (status !== APPLYING) return this.#get(id);
    worker.wake();
    await this.#untilApplied(id, afterSeq);
    const outcome = await this.#get(id);
    if (outcome.status === REVIEW && outcome.refusal) throw new ReviewConflictError(outcome.refusal);
    return outcome;
  }

  /** Drops the changes. Repeating it changes nothing. @throws NotInReviewError */
  async reject(viewer: Viewer, id: string): Promise<Generation> {
    await this.#assertOwn(viewer, id);
    return this.#end(id, (row, now) => row.cancel(now));
  }

  /** Ends those whose time is over. Other instances may do the same at the same time. */
  async expire(): Promise<void> {
    for (const id of await findOverdueReviews(this.#options.orm.em.fork())) {
      await this.#end(id, (row, now) => row.fail(EXPIRED, now)).catch((error) => {
        // Its user, or another instance, was faster.
        if (!(error instanceof NotInReviewError)) throw error;
      });
    }
  }

  /** @throws NotInReviewError unless it is cancelled already */
  async #end(id: string, change: (row: Generation, now: Date) => void): Promise<Generation> {
    const { orm, queue, worker } = this.#options;
    const generation = await orm.em.fork().transactional(async (em) => {
      const wasWaiting = await queue.endParked(em, id);
      const row = await lock(em, id);
      if (!wasWaiting) {
        if (row.status === CANCELLED) return row;
        throw new NotInReviewError(id, row.status);
      }
      change(row, new Date());
      await storeIdleEnd(em, row);
      return row;
    });
    // A worker tells whoever watches.
    worker.wake();
    return generation;
  }

  /** The job may run on any instance: its events say when it is over. */
  async #untilApplied(id: string, afterSeq: number): Promise<void> {
    const { streamLog, outcomeWaitMs = 10_000 } = this.#options;
    const signal = AbortSignal.timeout(outcomeWaitMs);
    let isApplying = false;
    try {
      for await (const entry of streamLog.read(toStreamName(id), afterSeq, signal)) {
        const event = fromEntry(entry);
        if (event.type !== 'StatusChanged') continue;
        if (event.status === APPLYING) isApplying = true;
        else if (isApplying && OUTCOMES.has(event.status) && (await this.#get(id)).status !== APPLYING) return;
      }
    } catch {
      // The acceptance is stored, and the stream log is away: the row says how it ends.
      while (!signal.aborted && (await this.#get(id)).status === APPLYING) await delay(LOOK_MS);
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

async function lock(em: EntityManager, id: string): Promise<Generation> {
  const row = await em.findOne(Generation, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!row) throw new NotFoundError('generation', id);
  return row;
}

const LOOK_MS = 250;
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
  const accepted = proposal.filter(({ path }) => wanted.has(toPlainPath(path)));
  for (const { path } of accepted) wanted.delete(toPlainPath(path));
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
  { acceptedPaths, status, versionId }: Generation,
  paths: readonly string[] | null,
  proposal: readonly ProposedChange[],
): boolean {
  // What was finished before a failure is applied, and the generation has failed all the same.
  const isApplied = status === COMPLETED || (status === FAILED && versionId !== null);
  if (acceptedPaths === null || (status !== APPLYING && !isApplied)) return false;
  if (paths === null) return isApplied || acceptedPaths.length === proposal.length;
  const [wanted, stored] = [paths, acceptedPaths].map((list) => [...new Set(list.map(toPlainPath))].sort().join('\n'));
  return wanted === stored;
}

function toPlainPath(written: string): string {
  const parsed = toProjectPath(written);
  return foldPath('path' in parsed ? parsed.path : written);
}
