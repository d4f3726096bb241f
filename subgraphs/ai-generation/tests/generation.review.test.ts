import type { EntityManager } from '@mikro-orm/postgresql';
import { openDatabase } from '@vibecode/platform/database';
import { RemoteError, UnavailableError } from '@vibecode/platform/errors';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { SCOPES, startGenerationTest } from './generation.fixture.ts';
import { Neighbours } from './neighbours.ts';

const REVIEW = `query($id: ID!) { generation(id: $id) { status text chargeable leftAlone completionTokens
  proposed { path operation before after diff } error { code } version { id } } }`;
const ACCEPT =
  'mutation($id: ID!, $paths: [String!]) { acceptGeneration(id: $id, paths: $paths) { status leftAlone version { id } error { code } } }';
const REJECT = 'mutation($id: ID!) { rejectGeneration(id: $id) { status } }';
const CANCEL = 'mutation($id: ID!) { cancelGeneration(id: $id) { status } }';

const LINES = '1\n2\n3\n4\n5\n';
const ANSWER = [
  'I change three files.\n',
  '<file path="new.js">\nnew\n</file>\n',
  `<file path="old.js">\n${LINES.replace('5', 'five')}</file>\n`,
  '<delete path="gone.js" />\n',
];
const FILES = { 'old.js': LINES, 'gone.js': 'gone\n' };

type Options = Parameters<typeof startGenerationTest>[1];

async function startReview(options: Options = {}) {
  await using started = new AsyncDisposableStack();
  const test = started.use(await startGenerationTest(() => ANSWER, options));
  const settled: Record<string, unknown>[] = [];
  started.use(
    await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) => {
      settled.push(data as Record<string, unknown>);
    }),
  );
  const ann = await test.signUp({ files: { ...FILES } });
  const { id } = (await ann.start({ review: true })).data.startGeneration;
  const events: { seq: number; __typename: string; status?: string }[] = [];
  const stream = test.subscribe(
    'subscription($id: ID!) { generationEvents(id: $id) { seq __typename ... on StatusChanged { status } } }',
    { id },
    ann.token,
  );
  for await (const { data } of stream) {
    events.push(data!.generationEvents as (typeof events)[number]);
    if (events.at(-1)!.status === 'REVIEW') break;
  }
  const project = test.neighbours.projects.get(ann.projectId)!;
  const rest = started.move();
  return {
    ...{ test, ann, id, events, settled, project },
    look: async () => (await ann.ask(REVIEW, { id })).data.generation,
    accept: (paths?: string[]) => ann.ask(ACCEPT, { id, paths }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not come to be in 60 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a review', () => {
  it('shows the changes before they reach the project, and applies them once they are accepted', async () => {
    await using review = await startReview();
    expect(await review.look()).toMatchObject({
      status: 'REVIEW',
      chargeable: true,
      text: expect.stringContaining('I change three files.'),
      proposed: [
        { path: 'gone.js', operation: 'DELETE', before: 'gone\n', after: null },
        {
          path: 'new.js',
          operation: 'WRITE',
          before: null,
          after: 'new\n',
          diff: '--- /dev/null\n+++ b/new.js\n@@ -0,0 +1,1 @@\n+new\n',
        },
        { path: 'old.js', operation: 'EDIT', before: LINES },
      ],
    });
    expect(review.project.files).toEqual(FILES);
    await until(() => review.settled.length === 1);
    expect(review.settled[0]).toMatchObject({ status: 'REVIEW', chargeable: true, version: null });
    const accepted = await review.accept();
    expect(accepted.data.acceptGeneration).toMatchObject({ status: 'COMPLETED', version: { id: review.id } });
    expect(review.project.files).toEqual({ 'new.js': 'new\n', 'old.js': LINES.replace('5', 'five') });
    expect(review.test.neighbours.changesets.get(review.id)).toMatchObject({ merge: true });
    expect((await review.look()).proposed).toEqual([]);
    const events = await review.ann.watch(review.id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.flatMap(({ status }) => status ?? [])).toEqual([
      'QUEUED',
      'RETRIEVING',
      'STREAMING',
      'REVIEW',
      'APPLYING',
      'COMPLETED',
      'COMPLETED',
    ]);
    await until(() => review.settled.length === 2);
    expect(review.settled[1]).toMatchObject({ status: 'COMPLETED', chargeable: true, version: 1 });
    // Once more, it changes nothing.
    expect(await review.accept()).toEqual(accepted);
    expect((await review.ann.ask(REJECT, { id: review.id })).errors[0].extensions).toMatchObject({
      code: 'GENERATION_NOT_IN_REVIEW',
      status: 'COMPLETED',
    });
  });

  it('applies the files that are accepted, in any spelling, and drops the others', async () => {
    await using review = await startReview();
    const unknown = await review.accept(['new.js', 'nowhere.js']);
    expect(unknown.errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await review.accept([])).errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await review.accept(['/New.js', './new.js'])).data.acceptGeneration.status).toBe('COMPLETED');
    expect(review.project.files).toEqual({ ...FILES, 'new.js': 'new\n' });
    expect((await review.accept(['new.js'])).data.acceptGeneration.status).toBe('COMPLETED');
    expect((await review.accept(['old.js'])).errors[0].extensions.code).toBe('GENERATION_NOT_IN_REVIEW');
  });

  it.each([
    ['rejected', REJECT],
    ['cancelled', CANCEL],
  ])('ends without a change when it is %s, and its tokens are charged', async (_, mutation) => {
    await using review = await startReview();
    expect((await review.ann.ask(mutation, { id: review.id })).errors).toBeUndefined();
    expect(await review.look()).toMatchObject({ status: 'CANCELLED', chargeable: true, proposed: [] });
    expect((await review.ann.watch(review.id)).at(-1)).toMatchObject({
      __typename: 'GenerationFinished',
      status: 'CANCELLED',
      completionTokens: ANSWER.length,
    });
    await until(() => review.settled.length === 2);
    expect(review.settled[1]).toMatchObject({ status: 'CANCELLED', chargeable: true });
    expect(review.project.files).toEqual(FILES);
    expect((await review.ann.ask(REJECT, { id: review.id })).errors).toBeUndefined();
    expect((await review.accept()).errors[0].extensions.code).toBe('GENERATION_NOT_IN_REVIEW');
  });

  it('is its user’s alone', async () => {
    await using review = await startReview();
    const bob = await review.test.signUp();
    for (const mutation of [ACCEPT, REJECT]) {
      expect((await bob.ask(mutation, { id: review.id })).errors[0].extensions.code).toBe('NOT_FOUND');
    }
    const admin = await review.test.sign({ scope: SCOPES, userId: newId(), role: 'ADMIN' });
    expect((await review.test.query(REJECT, { id: review.id }, admin)).errors![0]!.extensions.code).toBe('FORBIDDEN');
    const reader = await review.test.sign({ scope: 'generation:read', userId: review.ann.userId });
    expect((await review.test.query(ACCEPT, { id: review.id }, reader)).errors![0]!.extensions.code).toBe('FORBIDDEN');
    expect((await review.look()).status).toBe('REVIEW');
  });

  it('is applied once when it is accepted by many at once, and rejected by some', async () => {
    await using review = await startReview();
    const applied: unknown[] = [];
    const { neighbours } = review.test;
    const apply = neighbours.applyChanges;
    neighbours.applyChanges = (files, changes) => {
      applied.push(changes);
      return apply(files, changes);
    };
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => review.accept()),
      review.ann.ask(REJECT, { id: review.id }),
      review.accept(['new.js']),
    ]);
    const { status } = await review.look();
    const outcomes = answers.map(
      ({ data, errors }) => errors?.[0].extensions.code ?? (Object.values(data)[0] as { status: string }).status,
    );
    expect(['COMPLETED', 'CANCELLED']).toContain(status);
    for (const outcome of outcomes) expect([status, 'GENERATION_NOT_IN_REVIEW']).toContain(outcome);
    expect(applied).toHaveLength(status === 'COMPLETED' ? 1 : 0);
  });

  it('waits again where the project has changed in the same place, and says where', async () => {
    await using review = await startReview();
    review.project.files = { ...review.project.files, 'new.js': 'mine\n' };
    const refused = await review.accept();
    expect(refused.errors[0].extensions).toMatchObject({
      code: 'GENERATION_CONFLICT',
      reason: 'CONFLICT',
      conflicts: [{ path: 'new.js', problem: 'already exists' }],
    });
    expect(await review.look()).toMatchObject({ status: 'REVIEW', proposed: { length: 3 } });
    expect((await review.accept(['old.js', 'gone.js'])).data.acceptGeneration.status).toBe('COMPLETED');
    expect(review.project.files).toEqual({ 'new.js': 'mine\n', 'old.js': LINES.replace('5', 'five') });
    expect(review.settled.filter(({ status }) => status === 'REVIEW').length).toBeLessThanOrEqual(1);
  });

  it('keeps locks that are set while it waits', async () => {
    await using review = await startReview();
    review.project.lockedPaths = ['new.js', 'old.js', 'gone.js'];
    expect((await review.accept()).errors[0].extensions).toMatchObject({
      code: 'GENERATION_CONFLICT',
      reason: 'PROJECT_PATHS_LOCKED',
      conflicts: { length: 3 },
    });
    review.project.lockedPaths = ['old.js'];
    expect((await review.accept()).data.acceptGeneration).toMatchObject({ status: 'COMPLETED', leftAlone: ['old.js'] });
    expect(review.project.files).toEqual({ 'old.js': LINES, 'new.js': 'new\n' });
  });

  it('applies what was accepted when the project service is back', async () => {
    await using review = await startReview();
    const away = () => new UnavailableError('SERVICE_UNAVAILABLE', 'project does not answer.');
    review.test.neighbours.failures.set('projects/changesets', Array.from({ length: 10 }, away));
    const answer = await review.accept();
    expect(answer.data.acceptGeneration.status).toBe('APPLYING');
    expect((await review.ann.watch(review.id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    expect(review.project.files['new.js']).toBe('new\n');
  }, 60_000);

  it('goes on with what was accepted although its user tries to stop it, and stops with the process', async () => {
    const away = () => new UnavailableError('SERVICE_UNAVAILABLE', 'project does not answer.');
    await using postgres = await startTestDatabase();
    let calls = 0;
    {
      await using review = await startReview({ databaseUrl: postgres.url });
      const failures = Array.from({ length: 1_000 }, away);
      review.test.neighbours.failures.set('projects/changesets', failures);
      const accepting = review.accept();
      await review.ann.ask(CANCEL, { id: review.id });
      expect((await accepting).data.acceptGeneration.status).toBe('APPLYING');
      expect((await review.ann.ask(CANCEL, { id: review.id })).data).toEqual({
        cancelGeneration: { status: 'APPLYING' },
      });
      calls = 1_000 - failures.length;
    }
    // It waits between its tries, whatever was asked.
    expect(calls).toBeLessThan(60);
  }, 120_000);

  it('waits again where the project service has a fault that does not pass', async () => {
    await using review = await startReview();
    const fault = () => new RemoteError('INTERNAL_ERROR', 'Something went wrong on our side.', 500);
    review.test.neighbours.failures.set('projects/changesets', Array.from({ length: 5 }, fault));
    await review.accept();
    await until(async () => (await review.look()).status === 'REVIEW');
    expect((await review.accept()).data.acceptGeneration.status).toBe('COMPLETED');
  }, 120_000);

  it('ends when nobody accepts it in time', async () => {
    await using postgres = await startTestDatabase();
    await using review = await startReview({ databaseUrl: postgres.url, reviewSweepMs: 50 });
    const orm = await openDatabase({ ...database, url: postgres.url });
    await orm.em.fork().execute(`update ai_generation.generation set review_expires_at = now() - interval '1 second'`);
    await orm.close(true);
    expect((await review.ann.watch(review.id)).at(-1)).toMatchObject({ status: 'FAILED' });
    expect(await review.look()).toMatchObject({
      status: 'FAILED',
      chargeable: true,
      proposed: [],
      error: { code: 'GENERATION_REVIEW_EXPIRED' },
    });
  });
});

describe('a restart', () => {
  /** A review whose process is gone, and the next one. */
  async function restart(leave: (em: EntityManager, id: string) => Promise<unknown>) {
    await using started = new AsyncDisposableStack();
    const postgres = started.use(await startTestDatabase());
    let left: { id: string; userId: string; projectId: string; neighbours: Neighbours };
    {
      await using review = await startReview({ databaseUrl: postgres.url });
      const { userId, projectId } = review.ann;
      left = { id: review.id, userId, projectId, neighbours: review.test.neighbours };
    }
    const orm = await openDatabase({ ...database, url: postgres.url });
    await orm.em.fork().transactional((em) => leave(em, left.id));
    await orm.close(true);
    const test = started.use(
      await startGenerationTest(() => ANSWER, {
        databaseUrl: postgres.url,
        prepare: ({ projects }) =>
          projects.set(left.projectId, { ownerId: left.userId, language: null, files: { ...FILES } }),
      }),
    );
    const token = await test.sign({ scope: SCOPES, userId: left.userId });
    const rest = started.move();
    return {
      test,
      token,
      id: left.id,
      files: () => test.neighbours.projects.get(left.projectId)!.files,
      [Symbol.asyncDispose]: () => rest.disposeAsync(),
    };
  }

  it('keeps what waits, for watchers too', async () => {
    await using after = await restart(async () => undefined);
    const { test, id, token } = after;
    expect((await test.query(REVIEW, { id }, token)).data).toMatchObject({
      generation: { status: 'REVIEW', proposed: { length: 3 }, text: expect.stringContaining('three files') },
    });
    const stream = test.subscribe(
      'subscription($id: ID!) { generationEvents(id: $id) { seq ... on StatusChanged { status } } }',
      { id },
      token,
    );
    const seen: { seq: number; status?: string }[] = [];
    const accepting = Promise.withResolvers<unknown>();
    for await (const { data } of stream) {
      seen.push(data!.generationEvents as (typeof seen)[number]);
      if (seen.at(-1)!.status === 'REVIEW') accepting.resolve(test.query(ACCEPT, { id }, token));
    }
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
    expect(await accepting.promise).toMatchObject({ data: { acceptGeneration: { status: 'COMPLETED' } } });
    expect(after.files()).toMatchObject({ 'new.js': 'new\n' });
    expect(test.ollama.requests).toHaveLength(0);
  });

  it('applies once what was accepted before it', async () => {
    // As `accept` stores it, when the process is killed before any worker has begun.
    await using after = await restart(async (em, id) => {
      const limits = { waiting: 10, waitingOfUser: 10 };
      expect(await new JobQueue({ service: 'ai-generation', limits }).unpark(em, id, 'review')).toBe(true);
      await em.execute(`update ai_generation.generation set status = 'APPLYING', accepted_paths = '["new.js"]',
        changes = '[{"operation":"WRITE","path":"new.js","content":"new\\n","ifAbsent":true}]'`);
    });
    const { test, id, token } = after;
    let last: unknown;
    for await (const { data } of test.subscribe(
      'subscription($id: ID!) { generationEvents(id: $id) { __typename ... on GenerationFinished { status } } }',
      { id },
      token,
    )) {
      last = data!.generationEvents;
    }
    expect(last).toEqual({ __typename: 'GenerationFinished', status: 'COMPLETED' });
    expect(after.files()).toEqual({ ...FILES, 'new.js': 'new\n' });
    expect((await test.query(ACCEPT, { id, paths: ['new.js'] }, token)).data).toMatchObject({
      acceptGeneration: { status: 'COMPLETED' },
    });
    expect(test.neighbours.changesets.size).toBe(1);
  });
});
