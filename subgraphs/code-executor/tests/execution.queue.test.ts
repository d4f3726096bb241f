import { openDatabase } from '@vibecode/platform/database';
import { outboxMigration } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { CreateCodeExecutor20261124 } from '../migrations/2026-11-24.create-code-executor.migration.ts';
import { database } from '../src/database.ts';
import { deleteFinishedBefore } from '../src/execution.repository.ts';
import { startCodeExecutor } from '../src/main.ts';

const RUN = 'mutation($input: RunInput!) { run(input: $input) { id } }';
const OUTPUT = 'subscription($id: ID!) { executionOutput(id: $id) { text } }';
const endless = {
  runtime: 'javascript',
  entrypoint: 'a.js',
  files: [{ path: 'a.js', content: "console.log('on'); for (;;);" }],
};

describe('the queue of runs', () => {
  it('takes no more than may wait, however many come at once', async () => {
    const env = { SANDBOX_CONCURRENCY: '1', EXECUTION_USER_QUEUE_LIMIT: '3', EXECUTION_QUEUE_LIMIT: '5' };
    await using test = await startSubgraphTest('code-executor', startCodeExecutor, { env });
    const [ann, bob] = [await test.sign({ userId: newId() }), await test.sign({ userId: newId() })];
    const start = (token: string) => test.query(RUN, { input: endless }, token);
    const { data } = await start(ann);
    // It runs from its first output on, and nothing else does until its time is over.
    for await (const _ of test.subscribe(OUTPUT, { id: (data as { run: { id: string } }).run.id }, ann)) break;
    const answers = await Promise.all([ann, bob].flatMap((token) => Array.from({ length: 6 }, () => start(token))));
    const refused = answers.flatMap(({ errors }) => errors ?? []);
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(5);
    expect(new Set(refused.map(({ extensions }) => extensions?.code))).toEqual(new Set(['EXECUTOR_QUEUE_FULL']));
    expect(refused.map(({ extensions }) => extensions?.whose)).toContain('you');
  });

  it('goes on with what waited and ran before its tables were made', async () => {
    await using postgres = await startTestDatabase();
    const before = await openDatabase({
      ...database,
      url: postgres.url,
      migrations: [CreateCodeExecutor20261124, outboxMigration('code-executor')],
    });
    const [ann, bob] = [newId(), newId()];
    const rows = [
      { id: newId(), owner: ann, status: 'QUEUED', at: 2 },
      { id: newId(), owner: ann, status: 'QUEUED', at: 1 },
      { id: newId(), owner: bob, status: 'QUEUED', at: 3 },
      { id: newId(), owner: bob, status: 'RUNNING', at: 0 },
      { id: newId(), owner: bob, status: 'FINISHED', at: 0 },
    ] as const;
    for (const { id, owner, status, at } of rows) {
      await before.em.fork().execute(
        `insert into code_executor.execution (id, owner_id, runtime_id, sandbox, status, outcome, output, truncated,
           cancel_requested, epoch, lease_until, created_at, finished_at)
         values (?, ?, 'javascript', 'wasm', ?, ?, '[]', false, false, ?, ?, now() + ? * interval '1 second', ?)`,
        [
          id,
          owner,
          status,
          status === 'FINISHED' ? 'SUCCEEDED' : null,
          status === 'QUEUED' ? 0 : 1,
          status === 'RUNNING' ? new Date(0) : null,
          at,
          status === 'FINISHED' ? new Date(0) : null,
        ],
      );
    }
    await before.close(true);
    const orm = await openDatabase({ ...database, url: postgres.url });
    const queue = new JobQueue({ service: 'code-executor', limits: { waiting: 9, waitingOfUser: 9 } });
    expect(await queue.count(orm.em.fork())).toEqual({ waiting: 3, running: 1 });
    expect(await queue.claimAbandoned(orm.em.fork())).toMatchObject({ id: rows[3].id, epoch: 2, task: 'recover' });
    const claims = [];
    for (let claim = 0; claim < 4; claim += 1) claims.push(await queue.claim(orm.em.fork()));
    expect(claims.map((claim) => claim?.id)).toEqual([rows[1].id, rows[2].id, rows[0].id, undefined]);
    expect(await deleteFinishedBefore(orm.em.fork(), new Date(), 10)).toBe(1);
    expect(await deleteFinishedBefore(orm.em.fork(), new Date(), 10)).toBe(0);
    await orm.close(true);
  });
});
