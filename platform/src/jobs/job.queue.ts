import type { EntityManager } from '@mikro-orm/postgresql';
import type { ServiceName } from '../services.ts';
import { JobCapacity } from './job.capacity.ts';
import { LATER, NOW, type ReadClock, toArray } from './job.sql.ts';
import { type JobTables, toJobTables } from './job.tables.ts';
import {
  type Claim,
  type ClaimedJob,
  JobEndedError,
  type JobLimits,
  LeaseLostError,
  type LeaseState,
  QueueFullError,
} from './job.ts';
import { JobTurns } from './job.turns.ts';

export interface JobQueueOptions {
  readonly service: ServiceName;
  readonly limits: JobLimits;
  /** A claim or renewal holds for so long. Default 15,000. */
  readonly leaseMs?: number;
  /** Default: the database's clock, which all instances share. */
  readonly clock?: () => Date;
}

export interface ClaimRequest {
  /** Lanes that the caller has no room for. Default none. */
  readonly busyLanes?: readonly string[];
  /** Runs in the claim's transaction. */
  readonly onClaimed?: (em: EntityManager, job: ClaimedJob) => Promise<void>;
}

/** What a job was when it was cancelled. One that was waiting has ended thereby. */
export type Cancelled = 'waiting' | 'running' | 'over';

const NO_LIMIT = 2 ** 30;

/**
 * A durable queue in the service's own database. The service keeps what its jobs are in rows of its own under the same ids.
 * Here a job is WAITING; RUNNING under a lease; ENDED, under its lease, until whoever watches has been told; then its row is
 * deleted. A job that waits for somebody's decision is PARKED: it counts nowhere, under its lease until whoever watches has
 * been told, and then under none.
 *
 * Users take turns: first whoever has fewest running, then whoever was served longest ago; each user's own jobs in their
 * order. A lane is what jobs have in common that may be away, such as a model: each has an order of its own, and a user's
 * own lanes take turns, too.
 *
 * Whoever changes a user's jobs locks the user's row first, then the job's, then the counts: no two can wait for each other.
 */
export class JobQueue {
  readonly leaseMs: number;
  readonly #tables: JobTables;
  readonly #capacity: JobCapacity;
  readonly #limits: Required<JobLimits>;
  readonly #turns: JobTurns;
  readonly #now: ReadClock;

  constructor({ service, limits, leaseMs = 15_000, clock }: JobQueueOptions) {
    this.leaseMs = leaseMs;
    this.#tables = toJobTables(service);
    this.#capacity = new JobCapacity(this.#tables);
    this.#limits = { running: NO_LIMIT, runningOfUser: NO_LIMIT, ...limits };
    this.#now = () => clock?.().toISOString() ?? null;
    this.#turns = new JobTurns(this.#tables, this.#now);
  }

  /**
   * Adds a job in the caller's transaction.
   *
   * @param id of no other job, waiting or running
   * @throws QueueFullError
   */
  async enqueue(
    em: EntityManager,
    { id, userId, lane = '' }: { id: string; userId: string; lane?: string },
  ): Promise<void> {
    const { user, turn, lane: lanes, job } = this.#tables;
    const { waiting, waitingOfUser } = this.#limits;
    const [queued] = await em.execute<{ waiting: number }[]>(
      `insert into ${user} as known (user_id, active_at) values (?, ${NOW})
       on conflict (user_id) do update set active_at = excluded.active_at returning waiting`,
      [userId, this.#now()],
    );
    if (queued!.waiting >= waitingOfUser) throw new QueueFullError('user', waitingOfUser);
    if (!(await this.#capacity.add(em, 'waiting', waiting))) throw new QueueFullError('all', waiting);
    await em.execute(
      `with counted as (update ${user} set waiting = waiting + 1 where user_id = ? returning running, served, arrived),
         opened as (insert into ${lanes} (lane) values (?) on conflict do nothing),
         turned as (
           insert into ${turn} as known (user_id, lane, waiting, next_ticket, running, served, arrived)
           select ?::uuid, ?::text, 1, 2, running, served, arrived from counted
           on conflict (user_id, lane) do update set waiting = known.waiting + 1, next_ticket = known.next_ticket + 1
           returning next_ticket - 1 as ticket)
       insert into ${job} (id, user_id, lane, state, ticket) select ?::uuid, ?::uuid, ?::text, 'WAITING', ticket from turned`,
      [userId, lane, userId, lane, id, userId, lane],
    );
  }

  /** Takes the job whose turn it is; null when none may be taken now. */
  claim(em: EntityManager, { busyLanes = [], onClaimed }: ClaimRequest = {}): Promise<ClaimedJob | null> {
    return em
      .transactional(async (tx) => {
        const { running, runningOfUser } = this.#limits;
        if (running !== NO_LIMIT && (await this.#capacity.count(tx, 'running')) >= running) return null;
        for (;;) {
          const next = await this.#turns.lockNext(tx, runningOfUser, busyLanes);
          if (!next) return null;
          const claim = await this.#turns.take(tx, next, this.leaseMs);
          // Another claim took the user's last waiting job before the user's row was locked here.
          if (!claim) continue;
          if (!(await this.#capacity.add(tx, 'running', running))) throw new NoRoom();
          await this.#capacity.change(tx, 'waiting', -1);
          const job = { ...claim, ...next, task: 'run' as const };
          await onClaimed?.(tx, job);
          return job;
        }
      })
      .catch((error: unknown) => {
        if (error instanceof NoRoom) return null;
        throw error;
      });
  }

  /** Takes a job whose worker let its lease run out. No limit applies: it counts as running already, or does not run. */
  async claimAbandoned(em: EntityManager): Promise<ClaimedJob | null> {
    const { job } = this.#tables;
    const [found] = await em.execute<{ id: string; epoch: number; user_id: string; lane: string; state: string }[]>(
      `update ${job} set epoch = epoch + 1, lease_until = ${LATER} where id = (
         select id from ${job} where state <> 'WAITING' and lease_until < ${NOW}
         order by lease_until limit 1 for update skip locked)
       returning id, epoch, user_id, lane, state`,
      [this.#now(), this.leaseMs, this.#now()],
    );
    if (!found) return null;
    const { id, epoch, user_id: userId, lane, state } = found;
    return { id, epoch, userId, lane, task: state === 'RUNNING' ? 'recover' : 'settle' };
  }

  /** Renews any number of leases at once; their states, in the order of the claims. */
  async renew(em: EntityManager, claims: readonly Claim[]): Promise<LeaseState[]> {
    if (claims.length === 0) return [];
    const ids = toArray(claims.map(({ id }) => id));
    const epochs = toArray(claims.map(({ epoch }) => epoch));
    const rows = await em.execute<{ id: string; epoch: number; cancel_requested: boolean }[]>(
      `update ${this.#tables.job} set lease_until = ${LATER}
       where id = any(?::uuid[]) and (id, epoch) in (select * from unnest(?::uuid[], ?::int[])) and lease_until is not null
       returning id, epoch, cancel_requested`,
      [this.#now(), this.leaseMs, ids, ids, epochs],
    );
    const renewed = new Map(rows.map((row) => [`${row.id} ${row.epoch}`, row.cancel_requested ? 'cancel' : 'held']));
    return claims.map(({ id, epoch }) => renewed.get(`${id} ${epoch}`) ?? 'lost') as LeaseState[];
  }

  /**
   * Keeps anyone from taking the job over until the caller's transaction ends.
   *
   * @throws LeaseLostError
   */
  async assertHeld(em: EntityManager, claim: Claim): Promise<void> {
    const rows = await em.execute<unknown[]>(
      `select id from ${this.#tables.job} where id = ? and epoch = ? and state = 'RUNNING' for no key update`,
      [claim.id, claim.epoch],
    );
    if (rows.length === 0) throw new LeaseLostError(claim);
  }

  /**
   * Ends or parks a job in the caller's transaction, which stores how it ended. Call it before that, and not after
   * `assertHeld`: it locks. The lease holds on, until `remove`.
   *
   * @throws LeaseLostError, and JobEndedError when this has been done already
   */
  async finish(em: EntityManager, claim: Claim, end: 'ENDED' | 'PARKED' = 'ENDED'): Promise<void> {
    const { user, turn, job } = this.#tables;
    await this.#lockUserOf(em, claim.id);
    const [found] = await em.execute<{ state: string; done: boolean }[]>(
      `with held as (select id, user_id, state from ${job} where id = ? and epoch = ? and state <> 'WAITING'),
         done as (update ${job} j set state = ? from held where j.id = held.id and held.state = 'RUNNING'
           and j.epoch = ? returning j.user_id),
         counted as (update ${user} u set running = running - 1 from done where u.user_id = done.user_id
           returning u.user_id, running),
         turned as (update ${turn} t set running = counted.running from counted where t.user_id = counted.user_id)
       select state, exists (select from done) as done from held`,
      [claim.id, claim.epoch, end, claim.epoch],
    );
    if (found?.state === 'ENDED' || found?.state === 'PARKED') throw new JobEndedError(claim);
    if (!found?.done) throw new LeaseLostError(claim);
    await this.#capacity.change(em, 'running', -1);
  }

  /**
   * Forgets a job that has ended, and gives up the lease of one that is parked, once whoever watches has been told; unless
   * another worker has taken that over.
   */
  async remove(em: EntityManager, { id, epoch }: Claim): Promise<void> {
    const { job } = this.#tables;
    await em.execute(
      `with parked as (update ${job} set lease_until = null where id = ? and epoch = ? and state = 'PARKED')
       delete from ${job} where id = ? and epoch = ? and state = 'ENDED'`,
      [id, epoch, id, epoch],
    );
  }

  /**
   * Lets a parked job go on, in the caller's transaction: it waits at the head of its user's jobs, whatever the limits.
   *
   * @param lane from now on
   * @returns whether it was parked
   */
  async unpark(em: EntityManager, id: string, lane: string): Promise<boolean> {
    const { user, turn, lane: lanes, job } = this.#tables;
    // A user without another job may have been forgotten meanwhile.
    await em.execute(
      `insert into ${user} (user_id, active_at) select user_id, ${NOW} from ${job} where id = ? and state = 'PARKED'
       on conflict (user_id) do update set active_at = excluded.active_at`,
      [this.#now(), id],
    );
    const unparked = await em.execute<unknown[]>(
      `with parked as (select id, user_id from ${job} where id = ? and state = 'PARKED' for update),
         counted as (update ${user} u set waiting = waiting + 1 from parked where u.user_id = parked.user_id
           returning u.user_id, running, served, arrived),
         opened as (insert into ${lanes} (lane) select ?::text from parked on conflict do nothing),
         turned as (
           insert into ${turn} as known (user_id, lane, waiting, next_ticket, running, served, arrived)
           select user_id, ?::text, 1, 2, running, served, arrived from counted
           on conflict (user_id, lane) do update set waiting = known.waiting + 1
           returning next_ticket - waiting as ticket)
       update ${job} j set state = 'WAITING', lease_until = null, lane = ?::text, ticket = turned.ticket,
         cancel_requested = false
       from parked, turned where j.id = parked.id returning j.id`,
      [id, lane, lane, lane],
    );
    if (unparked.length === 0) return false;
    await this.#capacity.change(em, 'waiting', 1);
    return true;
  }

  /**
   * Ends a parked job, in the caller's transaction, which stores that; whoever looks for abandoned jobs next will settle it.
   *
   * @returns whether it was parked
   */
  async endParked(em: EntityManager, id: string): Promise<boolean> {
    await this.#lockUserOf(em, id);
    const ended = await em.execute<unknown[]>(
      `update ${this.#tables.job} set state = 'ENDED', epoch = epoch + 1, lease_until = ${NOW} - interval '1 millisecond'
       where id = ? and state = 'PARKED' returning id`,
      [this.#now(), id],
    );
    return ended.length > 0;
  }

  /**
   * Gives a job back that was not begun: it waits at the head of its user's jobs, whatever the limits.
   *
   * @throws LeaseLostError
   */
  async release(em: EntityManager, claim: Claim): Promise<void> {
    const { user, turn, job } = this.#tables;
    await em.transactional(async (tx) => {
      await this.#lockUserOf(tx, claim.id);
      const released = await tx.execute<unknown[]>(
        `with back as (
           update ${job} j set state = 'WAITING', lease_until = null, ticket = t.next_ticket - t.waiting - 1
           from ${turn} t where t.user_id = j.user_id and t.lane = j.lane
             and j.id = ? and j.epoch = ? and j.state = 'RUNNING'
           returning j.user_id, j.lane),
         counted as (update ${user} u set running = running - 1, waiting = waiting + 1 from back
           where u.user_id = back.user_id returning u.user_id, running),
         turned as (update ${turn} t set running = counted.running, waiting = t.waiting + (t.lane = back.lane)::int
           from counted, back where t.user_id = counted.user_id)
         select user_id from back`,
        [claim.id, claim.epoch],
      );
      if (released.length === 0) throw new LeaseLostError(claim);
      await this.#capacity.change(tx, 'running', -1);
      await this.#capacity.change(tx, 'waiting', 1);
    });
  }

  /**
   * Ends a waiting job, in the caller's transaction, which stores that; whoever looks for abandoned jobs next will settle it.
   * One that runs is marked, and `renew` says so to its worker.
   */
  async cancel(em: EntityManager, id: string): Promise<Cancelled> {
    const { job } = this.#tables;
    await this.#lockUserOf(em, id);
    const [found] = await em.execute<{ user_id: string; lane: string; state: string; ticket: string }[]>(
      `update ${job} set cancel_requested = true,
         lease_until = case state when 'WAITING' then ${NOW} - interval '1 millisecond' else lease_until end,
         state = case state when 'WAITING' then 'ENDED' else state end
       where id = ? and state in ('WAITING', 'RUNNING') returning user_id, lane, state, ticket`,
      [this.#now(), id],
    );
    if (!found) return 'over';
    if (found.state === 'RUNNING') return 'running';
    const { user_id: userId, lane, ticket } = found;
    await this.#turns.closeGap(em, { userId, lane, ticket });
    await this.#capacity.change(em, 'waiting', -1);
    return 'waiting';
  }

  /**
   * Places in the queues of their lanes, 1 for the next; of those that wait. Costs the same however many jobs wait.
   */
  findPositions(em: EntityManager, ids: readonly string[]): Promise<Map<string, number>> {
    return this.#turns.findPositions(em, ids);
  }

  /** All that wait, each with its place in the queue of its lane, the first of the lanes first. Reads every waiting job. */
  findWaiting(em: EntityManager): Promise<{ id: string; position: number }[]> {
    return this.#turns.findWaiting(em);
  }

  /** How many jobs wait and run, on all instances. */
  async count(em: EntityManager): Promise<{ waiting: number; running: number }> {
    return { waiting: await this.#capacity.count(em, 'waiting'), running: await this.#capacity.count(em, 'running') };
  }

  /** Nothing is claimed from the lane for so long, by any instance; its jobs keep their places. 0 opens it. */
  async closeLane(em: EntityManager, lane: string, forMs: number): Promise<void> {
    await em.execute(
      `insert into ${this.#tables.lane} (lane, closed_until) values (?, ${LATER})
       on conflict (lane) do update set closed_until = excluded.closed_until`,
      [lane, this.#now(), forMs],
    );
  }

  /** Ends all leases: for a start where no other instance can be at work on this database. */
  async abandonAll(em: EntityManager): Promise<void> {
    await em.execute(
      `update ${this.#tables.job} set lease_until = ${NOW} - interval '1 millisecond' where state = 'RUNNING'`,
      [this.#now()],
    );
  }

  /** Forgets users who have had no job for so long; with them, when they were served last. */
  async forgetIdleUsers(em: EntityManager, idleMs: number): Promise<void> {
    const { user, turn } = this.#tables;
    await em.execute(
      `with idle as (
         delete from ${user} where user_id in (
           select user_id from ${user} where waiting = 0 and running = 0
             and active_at < ${NOW} - ? * interval '1 millisecond' limit 1000 for update skip locked)
         returning user_id)
       delete from ${turn} using idle where ${turn}.user_id = idle.user_id`,
      [this.#now(), idleMs],
    );
  }

  async #lockUserOf(em: EntityManager, id: string): Promise<void> {
    const { user, job } = this.#tables;
    await em.execute(`select from ${user} where user_id = (select user_id from ${job} where id = ?) for update`, [id]);
  }
}

/** Rolls a claim back. */
class NoRoom extends Error {}
