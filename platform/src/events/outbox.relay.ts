import { setTimeout as delay } from 'node:timers/promises';
import type { EntityName, EventArgs, EventSubscriber, MikroORM, TransactionEventArgs } from '@mikro-orm/postgresql';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../log.ts';
import { Outage } from '../outage.ts';
import { type ServiceName, toDatabaseSchema } from '../services.ts';
import type { EventBus } from './bus.ts';
import { OutboxMessage } from './outbox.ts';

export interface OutboxRelayOptions {
  readonly orm: MikroORM;
  readonly bus: EventBus;
  readonly log: Logger;
  /** The service that owns the outbox. */
  readonly service: ServiceName;
  /** Longest waiting time of an event if nothing wakes the relay, such as after a crash of another instance. Default 1,000. */
  readonly pollIntervalMs?: number;
  /** Most events in one batch. Default 100. */
  readonly batchSize?: number;
}

/** Disposing stops the relay after its current batch. */
export interface OutboxRelay extends AsyncDisposable {
  /** Publishes new events at once. Commits of this process that wrote events call it automatically. */
  wake(): void;
}

/**
 * Publishes the events of an outbox in the order of their positions, and marks them.
 *
 * - One relay at a time works for all instances of the service. It holds an advisory lock in a database session of its own and
 *   does all its work in that session, so that losing the session stops the work too. (PGlite has one session and one process.)
 * - An event whose transaction commits late is not skipped. Positions are taken before commits. The relay therefore notes the
 *   last position that it sees and a fresh transaction id, the barrier. When `pg_snapshot_xmin` has reached the barrier, every
 *   transaction with a lower position has ended, and no further event can appear up to the noted position.
 * - No transaction is open while events are published. After a crash before the mark, events are published again, and inboxes
 *   apply them once.
 */
export function startOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  return new Relay(options);
}

/** Time that published events are kept, for investigations. */
const RETENTION = '7 days';
const PURGE_INTERVAL_MS = 3_600_000;
/** Interval of checking the barrier. A transaction below it usually ends soon, but without a notification. */
const BARRIER_POLL_MS = 20;
const MAX_BACKOFF_MS = 5_000;

class Relay implements OutboxRelay {
  readonly #table: string;
  readonly #pollIntervalMs: number;
  readonly #batchSize: number;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #wake = Promise.withResolvers<void>();
  #purgeAt = 0;

  constructor(readonly options: OutboxRelayOptions) {
    this.#table = `"${toDatabaseSchema(options.service)}"."outbox"`;
    this.#pollIntervalMs = options.pollIntervalMs ?? 1_000;
    this.#batchSize = options.batchSize ?? 100;
    options.orm.em.getEventManager().registerSubscriber(new CommitListener(() => this.wake()));
    this.#done = this.#run();
  }

  wake(): void {
    this.#wake.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { log, service } = this.options;
    const outage = new Outage({
      log,
      begins: {
        action: 'outbox.failed',
        message: `The events of ${service} cannot be published. They wait in its outbox, and are tried again.`,
      },
      ends: { action: 'outbox.back', message: `The events of ${service} can be published again.` },
    });
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#runSession(() => {
          failures = 0;
          outage.succeed();
        });
      } catch (error) {
        failures += 1;
        const backoffMs = Math.min(MAX_BACKOFF_MS, 50 * 2 ** failures);
        outage.fail(error);
        await this.#sleep(backoffMs);
      }
    }
  }

  /** Publishes in one database session until the session is lost, publishing fails or the relay stops. */
  async #runSession(onProgress: () => void): Promise<void> {
    const pool: Pool = await this.options.orm.em.getConnection().getNativeClient();
    const session = await pool.connect();
    try {
      while (!(await this.#lock(session))) {
        if (this.#stop.signal.aborted) return;
        // Another instance publishes.
        onProgress();
        await this.#sleep(this.#pollIntervalMs);
      }
      while (!this.#stop.signal.aborted) {
        this.#wake = Promise.withResolvers();
        const published = await this.#publishNext(session);
        onProgress();
        if (!published) await Promise.race([this.#wake.promise, this.#sleep(this.#pollIntervalMs)]);
      }
    } finally {
      // The session is closed rather than returned to the pool, which releases the lock.
      session.release(true);
    }
  }

  async #lock(session: PoolClient): Promise<boolean> {
    const { rows } = await session.query<{ held: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
      [this.#table],
    );
    return rows[0]?.held ?? false;
  }

  /** @returns whether there were events to publish */
  async #publishNext(session: PoolClient): Promise<boolean> {
    const last = await this.#findLastSafePosition(session);
    if (last === null) {
      await this.#purge(session);
      return false;
    }
    for (let full = true; full && !this.#stop.signal.aborted; ) {
      const { rows } = await session.query<{ id: string; event: Envelope }>(
        `select id, event from ${this.#table} where published_at is null and position <= $1 order by position limit $2`,
        [last, this.#batchSize],
      );
      await this.options.bus.publish(rows.map((row) => row.event));
      const ids = rows.map((row) => row.id);
      await session.query(`update ${this.#table} set published_at = now() where id = any($1::uuid[])`, [ids]);
      full = rows.length === this.#batchSize;
    }
    return true;
  }

  /** Waits until no open transaction can have a lower position than the last visible one. @returns that position; null if there is none */
  async #findLastSafePosition(session: PoolClient): Promise<string | null> {
    const { rows } = await session.query<{ last: string | null; barrier: string | null }>(
      `select max(position)::text as last,
        case when max(position) is not null then pg_current_xact_id()::text end as barrier
        from ${this.#table} where published_at is null`,
    );
    const { last = null, barrier = null } = rows[0] ?? {};
    while (barrier !== null) {
      const { rows } = await session.query<{ passed: boolean }>(
        'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as passed',
        [barrier],
      );
      if (rows[0]?.passed) return last;
      if (this.#stop.signal.aborted) return null;
      await this.#sleep(BARRIER_POLL_MS);
    }
    return null;
  }

  async #purge(session: PoolClient): Promise<void> {
    if (performance.now() < this.#purgeAt) return;
    this.#purgeAt = performance.now() + PURGE_INTERVAL_MS;
    await session.query(`delete from ${this.#table} where published_at < now() - interval '${RETENTION}'`);
  }

  async #sleep(ms: number): Promise<void> {
    // It rejects only when the relay is stopped, which its loops check.
    await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

/** Wakes the relay at each commit that wrote an event. */
class CommitListener implements EventSubscriber<OutboxMessage> {
  readonly #writers = new WeakSet<object>();

  constructor(readonly onCommit: () => void) {}

  getSubscribedEntities(): EntityName<OutboxMessage>[] {
    return [OutboxMessage];
  }

  afterCreate({ em }: EventArgs<OutboxMessage>): void {
    const transaction: object | undefined = em.getTransactionContext();
    if (transaction) this.#writers.add(transaction);
  }

  afterTransactionCommit({ transaction }: TransactionEventArgs): void {
    if (transaction && this.#writers.has(transaction)) this.onCommit();
  }
}
