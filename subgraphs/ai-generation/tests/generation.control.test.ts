import { newId } from '@vibecode/platform/id';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { GREETING, SCOPES, START, startGenerationTest } from './generation.fixture.ts';

const CANCEL = 'mutation($id: ID!) { cancelGeneration(id: $id) { status queuePosition } }';
const STATE = 'query($id: ID!) { generation(id: $id) { status text completionTokens queuePosition error { code } } }';

/** An answer that begins, and goes on when the test lets it. */
function createHeldAnswer() {
  const gate = Promise.withResolvers<void>();
  return { release: () => gate.resolve(), answer: [GREETING[0]!, GREETING[1]!, gate.promise, ...GREETING.slice(2)] };
}

async function untilEvent(
  events: AsyncIterable<{ data?: Record<string, unknown> | null }>,
  type: string,
): Promise<void> {
  for await (const { data } of events) {
    if ((data?.generationEvents as { __typename: string } | undefined)?.__typename === type) return;
  }
  throw new Error(`The stream ended without ${type}.`);
}

const TYPES = 'subscription($id: ID!) { generationEvents(id: $id) { __typename } }';

it('asks billing within the budget of the API key that asks', async () => {
  await using test = await startGenerationTest();
  const ann = await test.signUp();
  const apiKeyId = newId();
  const key = await test.sign({ scope: SCOPES, userId: ann.userId, sessionId: apiKeyId, tokenBudget: 5000 });
  const input = { projectId: ann.projectId, prompt: 'Print a greeting', clientRequestId: newId() };
  const answer = await test.query(START, { input }, key);
  const { id } = (answer.data as { startGeneration: { id: string } }).startGeneration;
  expect(test.neighbours.holds.get(id)).toMatchObject({ budget: { apiKeyId, tokens: 5000 } });
  const { id: other } = (await ann.start()).data.startGeneration;
  expect(test.neighbours.holds.get(other)).toMatchObject({ budget: null });
});

describe('cancelling', () => {
  it('reaches the provider within a second, keeps what was produced and settles it', async () => {
    const { answer } = createHeldAnswer();
    await using test = await startGenerationTest(() => answer);
    const settled = Promise.withResolvers<unknown>();
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
      settled.resolve(data),
    );
    const ann = await test.signUp();
    const { id } = (await ann.start()).data.startGeneration;
    await untilEvent(test.subscribe(TYPES, { id }, ann.token), 'FileStarted');
    const cancelledAt = performance.now();
    await ann.ask(CANCEL, { id });
    await test.ollama.hungUp;
    expect(performance.now() - cancelledAt).toBeLessThan(5_000);
    const events = await ann.watch(id);
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'CANCELLED', completionTokens: 2 });
    const text = GREETING.slice(0, 2).join('');
    expect((await ann.ask(STATE, { id })).data.generation).toMatchObject({
      status: 'CANCELLED',
      text,
      completionTokens: 2,
    });
    expect(await settled.promise).toMatchObject({
      status: 'CANCELLED',
      chargeable: true,
      completionTokens: 2,
      version: null,
    });
    expect(test.neighbours.changesets.size).toBe(0);
  });

  it('takes one that waits out of the queue, though no slot is free', async () => {
    const held = createHeldAnswer();
    await using test = await startGenerationTest(() => held.answer, { env: { MODEL_CONCURRENCY: '1' } });
    const ann = await test.signUp();
    const running = (await ann.start()).data.startGeneration.id;
    await untilEvent(test.subscribe(TYPES, { id: running }, ann.token), 'TokenDelta');
    const waiting = (await ann.start()).data.startGeneration.id;
    expect((await ann.ask(STATE, { id: waiting })).data.generation).toMatchObject({
      status: 'QUEUED',
      queuePosition: 1,
    });
    const settled = Promise.withResolvers<unknown>();
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
      settled.resolve(data),
    );
    expect((await ann.ask(CANCEL, { id: waiting })).data.cancelGeneration).toEqual({
      status: 'CANCELLED',
      queuePosition: null,
    });
    expect(await settled.promise).toMatchObject({ generationId: waiting, status: 'CANCELLED', chargeable: false });
    expect((await ann.watch(waiting)).at(-1)).toMatchObject({ status: 'CANCELLED', completionTokens: 0 });
    held.release();
    expect((await ann.watch(running)).at(-1)).toMatchObject({ status: 'COMPLETED' });
    // Too late, and harmless.
    await ann.ask(CANCEL, { id: running });
    expect((await ann.ask(STATE, { id: running })).data.generation.status).toBe('COMPLETED');
  });
});

describe('the queue', () => {
  it('lets users take turns, and refuses what is too much', async () => {
    const held = createHeldAnswer();
    await using test = await startGenerationTest(() => held.answer, {
      env: { MODEL_CONCURRENCY: '1', GENERATION_USER_QUEUE_LIMIT: '3', GENERATION_QUEUE_LIMIT: '4' },
    });
    const [ann, bob, eve] = [await test.signUp(), await test.signUp(), await test.signUp()];
    const start = async (user: typeof ann, prompt: string): Promise<string> =>
      (await user.start({ prompt })).data.startGeneration.id;
    const first = await start(ann, 'ann 0');
    await untilEvent(test.subscribe(TYPES, { id: first }, ann.token), 'TokenDelta');
    const ids = [
      await start(ann, 'ann 1'),
      await start(ann, 'ann 2'),
      await start(ann, 'ann 3'),
      await start(bob, 'bob 1'),
    ];
    const full = await ann.start();
    expect(full.errors[0].extensions).toMatchObject({
      code: 'GENERATION_QUEUE_FULL',
      whose: 'user',
      limit: 3,
    });
    const overfull = await eve.start();
    expect(overfull.errors[0].extensions).toMatchObject({
      code: 'GENERATION_QUEUE_FULL',
      whose: 'system',
    });
    expect([...test.neighbours.holds.values()].filter(({ released }) => released)).toHaveLength(2);

    const admin = await test.sign({ scope: SCOPES, userId: newId(), role: 'ADMIN' });
    const queue = await test.query('{ generationQueue { prompt queuePosition } }', {}, admin);
    expect(queue.data).toMatchObject({
      generationQueue: ['bob 1', 'ann 1', 'ann 2', 'ann 3'].map((prompt, index) => ({
        prompt,
        queuePosition: index + 1,
      })),
    });
    held.release();
    await Promise.all(ids.map((id, index) => (index === 3 ? bob : ann).watch(id)));
    const order = test.ollama.requests.map(({ messages }) => messages[1]!.content.match(/(ann|bob) \d/)![0]);
    expect(order).toEqual(['ann 0', 'bob 1', 'ann 1', 'ann 2', 'ann 3']);
  });
});

describe('a worker that dies', () => {
  it('is followed by one that ends the generation, with every event and without a charge', async () => {
    await using database = await startTestDatabase();
    const { answer } = createHeldAnswer();
    const settled: unknown[] = [];
    let id = '';
    let user: { userId: string; projectId: string };
    {
      await using test = await startGenerationTest(() => answer, { databaseUrl: database.url });
      const ann = await test.signUp();
      user = ann;
      id = (await ann.start()).data.startGeneration.id;
      await untilEvent(test.subscribe(TYPES, { id }, ann.token), 'FileStarted');
    }
    await using test = await startGenerationTest(() => GREETING, { databaseUrl: database.url });
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) => {
      settled.push(data);
    });
    const token = await test.sign({ scope: SCOPES, userId: user.userId });
    const answered = await test.query(STATE, { id }, token);
    expect(answered.data).toMatchObject({
      generation: { status: 'FAILED', error: { code: 'GENERATION_INTERRUPTED' } },
    });
    const events: unknown[] = [];
    for await (const { data } of test.subscribe(
      'subscription($id: ID!) { generationEvents(id: $id) { seq __typename } }',
      { id },
      token,
    )) {
      events.push(data!.generationEvents);
    }
    expect(events.map((event) => (event as { seq: number }).seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ __typename: 'GenerationFinished' });
  });
});
