import type { EntityManager } from '@mikro-orm/postgresql';
import { CAPACITY_SHARDS, type JobTables } from './job.tables.ts';

type Kind = 'waiting' | 'running';

/**
 * A count with a limit, spread over rows. Each row takes its part of the limit, so the sum never passes it, and a row that
 * another transaction holds is passed over: starts do not wait for each other. What was added in one row may be taken off
 * another, whose count may become negative.
 */
export class JobCapacity {
  constructor(private readonly tables: JobTables) {}

  /** Adds one; false when the limit is reached. Waits only where no row with room is free. */
  async add(em: EntityManager, kind: Kind, limit: number): Promise<boolean> {
    const { capacity } = this.tables;
    const add = (lock: string) =>
      em.execute<unknown[]>(
        `update ${capacity} set used = used + 1 where kind = ? and shard = (
           select shard from ${capacity} where kind = ? and used < (?::int + ${CAPACITY_SHARDS - 1} - shard) / ${CAPACITY_SHARDS}
           order by used, shard limit 1 ${lock})
         returning shard`,
        [kind, kind, limit],
      );
    if ((await add('for update skip locked')).length > 0) return true;
    return (await add('for update')).length > 0;
  }

  /** Adds any number, whatever the limit; or takes off, when it is negative. */
  async change(em: EntityManager, kind: Kind, by: number): Promise<void> {
    const { capacity } = this.tables;
    const change = (lock: string) =>
      em.execute<unknown[]>(
        `update ${capacity} set used = used + ? where kind = ? and shard = (
           select shard from ${capacity} where kind = ? order by used * ?, shard limit 1 ${lock})
         returning shard`,
        [by, kind, kind, Math.sign(by)],
      );
    if ((await change('for update skip locked')).length === 0) await change('for update');
  }

  async count(em: EntityManager, kind: Kind): Promise<number> {
    const [row] = await em.execute<{ used: number }[]>(
      `select sum(used)::int as used from ${this.tables.capacity} where kind = ?`,
      [kind],
    );
    return row!.used;
  }
}
