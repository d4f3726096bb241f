import { openDatabase } from '@vibecode/platform/database';
import { outboxMigration } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { createLog } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { CreateAiGeneration20261124 } from '../migrations/2026-11-24.create-ai-generation.migration.ts';
import { EmbeddingSpaces20261128 } from '../migrations/2026-11-28.embedding-spaces.migration.ts';
import { KeepChanges20261128 } from '../migrations/2026-11-28.keep-changes.migration.ts';
import { database } from '../src/database.ts';
import { SCOPES, startGenerationTest } from './generation.fixture.ts';

const STATE = 'query($id: ID!) { generation(id: $id) { status queuePosition error { code } } }';
const QUEUE = '{ generationQueue { id queuePosition } }';

/** A log whose lines a test waits for. */
function createWatchedLog() {
  const seen = new Map<unknown, PromiseWithResolvers<void>>();
  const of = (action: unknown) => seen.get(action) ?? seen.set(action, Promise.withResolvers()).get(action)!;
  const write = (line: string) => of((JSON.parse(line) as { action?: unknown }).action).resolve();
  return {
    log: createLog({ service: 'test', destination: { write } }),
    logged: (action: string) => of(action).promise,
  };
}

describe('a model that is away', () => {
  it.each([
    ['refuses connections', 'goAway'],
    ['fails every request', 'fail'],
  ] as const)('and %s keeps its queue, with the places, and goes on with it when it is back', async (_, how) => {
    const gate = Promise.withResolvers<void>();
    const { log, logged } = createWatchedLog();
    const script = () => ['<file path="index.js">\n', gate.promise, `console.log('${newId()}');\n`, '</file>\n'];
    await using test = await startGenerationTest(script, { log, env: { MODEL_CONCURRENCY: '2' } });
    const users = [await test.signUp(), await test.signUp(), await test.signUp()];
    const started: { id: string; user: (typeof users)[number] }[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (const user of users) started.push({ id: (await user.start()).data.startGeneration.id, user });
    }
    if (how === 'goAway') await test.ollama.goAway();
    else test.ollama.answerChatsWith(503);
    gate.resolve();
    await logged('model.away');
    const admin = await test.sign({ scope: SCOPES, userId: newId(), role: 'ADMIN' });
    // Two answers had begun; a server that answers is blamed from the third failure on. The last two may be on their way back.
    const expected = started.length - (how === 'goAway' ? 2 : 4);
    let queue: { id: string; queuePosition: number }[] = [];
    while (queue.length < expected) {
      const { data } = await test.query(QUEUE, {}, admin);
      queue = (data as { generationQueue: typeof queue }).generationQueue;
    }
    expect(queue.map(({ queuePosition }) => queuePosition)).toEqual(queue.map((_, index) => index + 1));

    if (how === 'goAway') await test.ollama.comeBack();
    else test.ollama.answerChatsWith(200);
    const waited = new Set(queue.map(({ id }) => id));
    await Promise.all(started.filter(({ id }) => waited.has(id)).map(({ id, user }) => user.watch(id)));
    for (const { id, user } of started) {
      if (!waited.has(id)) continue;
      expect((await user.ask(STATE, { id })).data.generation).toEqual({
        status: 'COMPLETED',
        queuePosition: null,
        error: null,
      });
    }
  });

  it('fails a request that its server cannot take, and no other', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    test.ollama.answerChatsWith(500);
    const { id } = (await ann.start()).data.startGeneration;
    expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'FAILED' });
    expect((await ann.ask(STATE, { id })).data.generation.error.code).toBe('GENERATION_MODEL_UNAVAILABLE');
    test.ollama.answerChatsWith(200);
    const next = (await ann.start()).data.startGeneration.id;
    expect((await ann.watch(next)).at(-1)).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('the tables of jobs', () => {
  it('go on with what waited, ran and had not been told before they were made', async () => {
    await using postgres = await startTestDatabase();
    const before = await openDatabase({
      ...database,
      url: postgres.url,
      migrations: [
        CreateAiGeneration20261124,
        outboxMigration('ai-generation'),
        KeepChanges20261128,
        EmbeddingSpaces20261128,
      ],
    });
    const [ann, bob] = [newId(), newId()];
    const rows = [
      { user: ann, model: 'one', status: 'QUEUED', at: 2 },
      { user: ann, model: 'one', status: 'QUEUED', at: 1 },
      { user: ann, model: 'two', status: 'QUEUED', at: 3 },
      { user: bob, model: 'one', status: 'QUEUED', at: 4 },
      { user: bob, model: 'one', status: 'STREAMING', at: 0 },
      { user: bob, model: 'one', status: 'COMPLETED', at: 0, isSealed: true },
      { user: bob, model: 'one', status: 'FAILED', at: 0 },
    ].map((row) => ({ id: newId(), isSealed: false, ...row }));
    for (const { id, user, model, status, at, isSealed } of rows) {
      const isFinished = status === 'COMPLETED' || status === 'FAILED';
      await before.em.fork().execute(
        `insert into ai_generation.generation (id, user_id, project_id, prompt, model, provider, max_tokens, status,
           hold_expires_at, created_at, finished_at, lease_epoch, lease_until, stream_sealed_at)
         values (?, ?, ?, '', ?, 'test', 1, ?, now(), now() + ? * interval '1 second', ?, ?, ?, ?)`,
        [
          id,
          user,
          newId(),
          model,
          status,
          at,
          isFinished ? new Date(0) : null,
          status === 'QUEUED' ? 0 : 1,
          status === 'QUEUED' ? null : new Date(0),
          isSealed ? new Date(0) : null,
        ],
      );
    }
    await before.close(true);
    const orm = await openDatabase({ ...database, url: postgres.url });
    const queue = new JobQueue({ service: 'ai-generation', limits: { waiting: 9, waitingOfUser: 9 } });
    const em = orm.em.fork();
    expect(await queue.count(em)).toEqual({ waiting: 4, running: 1 });
    const abandoned = [await queue.claimAbandoned(em), await queue.claimAbandoned(em), await queue.claimAbandoned(em)];
    expect(new Map(abandoned.map((job) => [job?.id, job?.task]))).toEqual(
      new Map([
        [rows[4]!.id, 'recover'],
        [rows[6]!.id, 'settle'],
        [undefined, undefined],
      ]),
    );
    await queue.finish(em, abandoned.find((job) => job?.task === 'recover')!);
    const claims = [];
    for (let claim = 0; claim < 5; claim += 1) claims.push(await queue.claim(em));
    expect(claims.map((claim) => claim?.id)).toEqual([
      ...[rows[3]!, rows[1]!, rows[2]!, rows[0]!].map(({ id }) => id),
      undefined,
    ]);
    await orm.close(true);
  });
});
