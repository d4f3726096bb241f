// A process of its own that works on a queue: `node job.process.ts URL [N]`. Prints a line for each job that it has ended, and
// kills itself in the middle of its job N.
import { createMemoryBroadcast } from '../../dist/broadcast/memory.broadcast.js';
import { openDatabase } from '../../dist/database.js';
import { OutboxMessage } from '../../dist/events/outbox.js';
import { JobQueue } from '../../dist/jobs/job.queue.js';
import { startJobWorker } from '../../dist/jobs/job.worker.js';
import { createLog } from '../../dist/log.js';

const log = createLog({ service: 'test', level: 'silent' });
const orm = await openDatabase({
  service: 'code-executor',
  url: process.argv[2]!,
  entities: [OutboxMessage],
  migrations: [],
});
const record = `insert into code_executor.work (job_id, user_id, epoch, event) values (?, ?, ?, ?)`;
const killAt = Number(process.argv[3]);
let begun = 0;
await startJobWorker({
  service: 'code-executor',
  orm,
  queue: new JobQueue({
    service: 'code-executor',
    limits: { waiting: 10_000, waitingOfUser: 10_000, running: 8, runningOfUser: 2 },
    leaseMs: 3_000,
  }),
  broadcast: createMemoryBroadcast({ log }),
  log,
  concurrency: 4,
  run: async (job) => {
    const { id, userId, epoch } = job.claim;
    await job.store(async (em) => {
      await em.execute(record, [id, userId, epoch, 'begun']);
    });
    begun += 1;
    if (begun === killAt) process.kill(process.pid, 'SIGKILL');
    await job.finish(async (em) => {
      await em.execute(record, [id, userId, epoch, 'finished']);
    });
  },
  settle: async ({ claim }) => {
    process.stdout.write(`${claim.id}\n`);
  },
});
