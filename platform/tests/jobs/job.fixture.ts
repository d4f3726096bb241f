import { Migration } from '@mikro-orm/migrations';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '../../src/database.ts';
import { OutboxMessage } from '../../src/events/outbox.ts';
import { newId } from '../../src/id.ts';
import { JobQueue } from '../../src/jobs/job.queue.ts';
import { jobsMigration } from '../../src/jobs/job.tables.ts';
import type { Claim, ClaimedJob, JobLimits } from '../../src/jobs/job.ts';

/** What a service of these tests keeps of its jobs. */
class CreateWork extends Migration {
  override up(): void {
    this.addSql(`create table "code_executor"."work" (
      "position" bigint generated always as identity, "job_id" uuid not null, "user_id" uuid not null, "epoch" int not null,
      "event" text not null, unique ("job_id", "epoch", "event"))`);
  }
}

export interface OpenJobs extends AsyncDisposable {
  readonly orm: MikroORM;
}

export async function openJobs(url: string, poolSize = 4): Promise<OpenJobs> {
  const orm = await openDatabase({
    service: 'code-executor',
    url,
    entities: [OutboxMessage],
    migrations: [jobsMigration('code-executor'), CreateWork],
    poolSize,
  });
  return { orm, [Symbol.asyncDispose]: () => orm.close(true) };
}

export async function empty(orm: MikroORM): Promise<void> {
  const em = orm.em.fork();
  for (const table of ['job', 'job_user', 'job_turn', 'job_lane', 'work']) {
    await em.execute(`delete from code_executor.${table}`);
  }
  await em.execute('update code_executor.job_capacity set used = 0');
}

/** A queue with a clock that stands still until the test moves it. */
export class QueueTest implements AsyncDisposable {
  readonly queue: JobQueue;
  now = new Date('2026-01-01T00:00:00Z');

  private constructor(
    readonly orm: MikroORM,
    readonly url: string,
    limits: Partial<JobLimits>,
    private readonly resources: AsyncDisposableStack,
  ) {
    this.queue = this.createQueue(limits);
  }

  /** On a database that earlier tests may have used. */
  static async start(url: string, limits: Partial<JobLimits> = {}, poolSize = 4): Promise<QueueTest> {
    await using started = new AsyncDisposableStack();
    const { orm } = started.use(await openJobs(url, poolSize));
    await empty(orm);
    return new QueueTest(orm, url, limits, started.move());
  }

  /** Another one on the same database. */
  createQueue(limits: Partial<JobLimits> = {}): JobQueue {
    return new JobQueue({
      service: 'code-executor',
      limits: { waiting: 100_000, waitingOfUser: 100_000, ...limits },
      clock: () => this.now,
    });
  }

  /** A forked entity manager. */
  get em(): EntityManager {
    return this.orm.em.fork();
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  async add(userId: string, lane?: string): Promise<string> {
    const id = newId();
    await this.em.transactional((em) =>
      this.queue.enqueue(em, { id, userId, ...(lane === undefined ? {} : { lane }) }),
    );
    return id;
  }

  /** As if so many jobs had been added for each user. */
  async fill(userIds: readonly string[], jobsOfEach: number, lane = ''): Promise<void> {
    await this.em.transactional(async (em) => {
      for (const userId of userIds) await this.queue.enqueue(em, { id: newId(), userId, lane });
      await em.execute(
        `insert into code_executor.job (id, user_id, lane, state, ticket)
         select gen_random_uuid(), user_id, lane, 'WAITING', next_ticket + more
         from code_executor.job_turn, generate_series(0, ?::int - 2) more where lane = ?`,
        [jobsOfEach, lane],
      );
      await em.execute(
        'update code_executor.job_turn set waiting = waiting + ?::int - 1, next_ticket = next_ticket + ?::int - 1 where lane = ?',
        [jobsOfEach, jobsOfEach, lane],
      );
      await em.execute('update code_executor.job_user set waiting = waiting + ?::int - 1', [jobsOfEach]);
      await em.execute(`update code_executor.job_capacity set used = used + ? where kind = 'waiting' and shard = 0`, [
        userIds.length * (jobsOfEach - 1),
      ]);
    });
  }

  finish(claim: Claim): Promise<void> {
    return this.em.transactional((em) => this.queue.finish(em, claim));
  }

  /** Ids in the order they are claimed, until there are none. */
  async drain(): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const claim = await this.queue.claim(this.em);
      if (!claim) return ids;
      ids.push(claim.id);
      await this.finish(claim);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }
}

export function createUsers(count: number): string[] {
  return Array.from({ length: count }, () => newId());
}

/** What the service does in the transaction that stores a job. The same event of the same lease fails. */
export async function recordWork(em: EntityManager, { id, epoch, userId }: ClaimedJob, event: string): Promise<void> {
  await em.execute('insert into code_executor.work (job_id, user_id, epoch, event) values (?, ?, ?, ?)', [
    id,
    userId,
    epoch,
    event,
  ]);
}
