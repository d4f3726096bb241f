import type { EntityManager } from '@mikro-orm/postgresql';
import { LATER, NOW, type ReadClock, toArray } from './job.sql.ts';
import type { JobTables } from './job.tables.ts';
import type { Claim } from './job.ts';

/** Where a job waits: each lane has an order of users, and each user an order of jobs in it. */
export interface UserLane {
  readonly userId: string;
  readonly lane: string;
}

/** Whose turn it is, which job of theirs, and how many come before. */
export class JobTurns {
  constructor(
    private readonly tables: JobTables,
    private readonly now: ReadClock,
  ) {}

  /**
   * Locks the user whose turn it is.
   * @param runningOfUser jobs of a user that may run at once
   */
  async lockNext(em: EntityManager, runningOfUser: number, busyLanes: readonly string[]): Promise<UserLane | null> {
    const { user, turn, lane } = this.tables;
    const [next] = await em.execute<{ user_id: string; lane: string }[]>(
      `select next.user_id, lanes.lane from ${lane} lanes
       cross join lateral (
         select t.user_id, t.running, t.served, t.arrived, t.lane_served from ${turn} t join ${user} u on u.user_id = t.user_id
         where t.lane = lanes.lane and t.waiting > 0 and t.running < ? and u.running < ? and u.waiting > 0
         order by t.running, t.served, t.arrived limit 1 for update of u skip locked) next
       where (lanes.closed_until is null or lanes.closed_until <= ${NOW})
         and not jsonb_exists(?::jsonb, lanes.lane)
       order by next.running, next.served, next.arrived, next.lane_served, lanes.lane limit 1`,
      [runningOfUser, runningOfUser, this.now(), JSON.stringify(busyLanes)],
    );
    return next ? { userId: next.user_id, lane: next.lane } : null;
  }

  /** Takes the oldest waiting job of a user whose row is locked; null when there is none any more. */
  async take(em: EntityManager, { userId, lane }: UserLane, leaseMs: number): Promise<Claim | null> {
    const { user, turn, job, served } = this.tables;
    const [claim] = await em.execute<Claim[]>(
      `with next as (select id from ${job} where user_id = ? and lane = ? and state = 'WAITING' order by ticket limit 1),
         taken as (update ${job} j set state = 'RUNNING', epoch = epoch + 1, lease_until = ${LATER}
           from next where j.id = next.id returning j.id, j.epoch),
         counted as (update ${user} set running = running + 1, waiting = waiting - 1, served = nextval('${served}')
           where user_id = ? and exists (select from taken) returning running, served),
         turned as (update ${turn} t set running = counted.running, served = counted.served,
           waiting = waiting - (lane = ?)::int, lane_served = case lane when ? then counted.served else lane_served end
           from counted where user_id = ?)
       select id, epoch from taken`,
      [userId, lane, this.now(), leaseMs, userId, lane, lane, userId],
    );
    return claim ?? null;
  }

  /** Tickets stay without gaps, which makes a place in the queue a subtraction: the shorter side moves up. */
  async closeGap(em: EntityManager, gap: UserLane & { readonly ticket: string }): Promise<void> {
    const { user, turn, job } = this.tables;
    const [side] = await em.execute<{ is_front: boolean }[]>(
      `with counted as (update ${user} set waiting = waiting - 1 where user_id = ?)
       select ?::bigint - (next_ticket - waiting) < next_ticket - 1 - ?::bigint as is_front
       from ${turn} where user_id = ? and lane = ?`,
      [gap.userId, gap.ticket, gap.ticket, gap.userId, gap.lane],
    );
    const isFront = side!.is_front;
    await em.execute(
      `update ${job} set ticket = ticket ${isFront ? '+ 1' : '- 1'}
       where user_id = ? and lane = ? and state = 'WAITING' and ticket ${isFront ? '<' : '>'} ?`,
      [gap.userId, gap.lane, gap.ticket],
    );
    await em.execute(
      `update ${turn} set waiting = waiting - 1, next_ticket = next_ticket - ? where user_id = ? and lane = ?`,
      [isFront ? 0 : 1, gap.userId, gap.lane],
    );
  }

  /**
   * Places in the queues of their lanes, 1 for the next; of those that wait. Counts users, not jobs, so that it costs the same
   * however many jobs wait.
   */
  async findPositions(em: EntityManager, ids: readonly string[]): Promise<Map<string, number>> {
    const { turn, job } = this.tables;
    const rows = await em.execute<{ id: string; position: string }[]>(
      `with asked as (
         select job.id, job.lane, mine.user_id, mine.running, mine.served, mine.arrived,
           job.ticket - mine.next_ticket + mine.waiting + 1 as own
         from ${job} job join ${turn} mine on mine.user_id = job.user_id and mine.lane = job.lane
         where job.state = 'WAITING' and job.id = any(?::uuid[]))
       select asked.id, own + coalesce((
         select sum(least(other.waiting, greatest(0, asked.running + own - other.running
           - (case when (other.served, other.arrived) > (asked.served, asked.arrived) then 1 else 0 end))))
         from ${turn} other where other.lane = asked.lane and other.waiting > 0 and other.user_id <> asked.user_id
       ), 0) as position from asked`,
      [toArray(ids)],
    );
    return new Map(rows.map(({ id, position }) => [id, Number(position)]));
  }

  /** All that wait, each with its place in the queue of its lane, the first first: in one window, however many wait. */
  async findWaiting(em: EntityManager): Promise<{ id: string; position: number }[]> {
    const { turn, job } = this.tables;
    const rows = await em.execute<{ id: string; position: string }[]>(
      `select job.id, row_number() over (partition by job.lane
           order by mine.running + job.ticket - mine.next_ticket + mine.waiting, mine.served, mine.arrived) as position
       from ${job} job join ${turn} mine on mine.user_id = job.user_id and mine.lane = job.lane
       where job.state = 'WAITING' order by position, job.lane`,
    );
    return rows.map(({ id, position }) => ({ id, position: Number(position) }));
  }
}
