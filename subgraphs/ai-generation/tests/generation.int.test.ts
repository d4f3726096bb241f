import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { createKafkaBus } from '@vibecode/platform/events/kafka.bus';
import { newId } from '@vibecode/platform/id';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisStreamLog } from '@vibecode/platform/stream-log/redis.stream-log';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startAiGeneration } from '../src/main.ts';
import { EVENTS, SCOPES, START } from './generation.fixture.ts';
import { Neighbours } from './neighbours.ts';

const MODEL = 'smollm2:135m';

function getUrl(name: 'REDIS_URL' | 'KAFKA_BROKERS' | 'OLLAMA_URL'): string {
  const url = process.env[name];
  if (!url) throw new Error(`${name} is missing: integration tests need running servers; see CONTRIBUTING.md.`);
  return url;
}

interface Event {
  readonly __typename: string;
  readonly seq: number;
  readonly text?: string;
  readonly status?: string;
  readonly completionTokens?: number;
}

/** Two instances over one PostgreSQL, Redis and Kafka, with a real Ollama, and one user. */
async function startInstances() {
  await using started = new AsyncDisposableStack();
  const log = createLog({ service: 'test', level: 'silent' });
  const prefix = `test-${newId()}:`;
  const redis = started.use(await openRedis({ url: getUrl('REDIS_URL'), prefix, log }));
  const broadcast = started.use(createRedisBroadcast(redis));
  const streamLog = started.use(createRedisStreamLog({ connection: redis, broadcast }));
  const brokers = getUrl('KAFKA_BROKERS').split(',');
  const bus = started.use(createKafkaBus({ brokers, service: 'test', log, prefix: `${newId()}.`, partitions: 1 }));
  const database = started.use(await createTestDatabase());
  const neighbours = new Neighbours();
  // Little context: two busy cores read a prompt at some forty tokens a second.
  const env = {
    OLLAMA_URL: getUrl('OLLAMA_URL'),
    EMBEDDING_MODEL: 'all-minilm',
    DEFAULT_MODEL: MODEL,
    OLLAMA_CONTEXT_TOKENS: '1024',
  };
  const startInstance = async () =>
    started.use(
      await startSubgraphTest(
        'ai-generation',
        (infrastructure: Infrastructure) =>
          startAiGeneration({ ...infrastructure, embedded: false, streamLog, broadcast, bus }),
        { calls: neighbours, databaseUrl: database.url, env },
      ),
    );
  const [one, other] = [await startInstance(), await startInstance()];
  const userId = newId();
  const signIn = async (instance: SubgraphTest) => {
    const token = await instance.sign({ userId, scope: SCOPES });
    return {
      ask: async (query: string, variables: Record<string, unknown>) =>
        (await instance.query(query, variables, token)).data!,
      async *watch(id: string, after = 0): AsyncGenerator<Event> {
        for await (const { data } of instance.subscribe(EVENTS, { id, after }, token))
          yield data!.generationEvents as Event;
      },
    };
  };
  const here = await signIn(one);
  const projectId = neighbours.createProject(userId);
  const rest = started.move();
  return {
    bus,
    here,
    there: await signIn(other),
    start: async (input: Record<string, unknown>) => {
      const { startGeneration } = await here.ask(START, { input: { projectId, clientRequestId: newId(), ...input } });
      return (startGeneration as { id: string }).id;
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function collect(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('two instances with real services', () => {
  it('stream a model to watchers of either, alike, and store what they streamed', async () => {
    await using test = await startInstances();
    const id = await test.start({ prompt: 'Print a greeting', maxTokens: 40 });
    const [here, there] = await Promise.all([collect(test.here.watch(id)), collect(test.there.watch(id))]);
    expect(there.map(({ generation: _, ...event }: Event & { generation?: unknown }) => event)).toEqual(
      here.map(({ generation: _, ...event }: Event & { generation?: unknown }) => event),
    );
    expect(here.map(({ seq }) => seq)).toEqual(here.map((_, index) => index + 1));
    expect(here.at(-1)).toMatchObject({ __typename: 'GenerationFinished' });
    expect(here.at(-1)!.completionTokens).toBeGreaterThan(0);
    const { generation } = await test.there.ask(
      'query($id: ID!) { generation(id: $id) { text provider templates { score } } }',
      { id },
    );
    const text = here.map((event) => event.text ?? '').join('');
    expect(generation).toMatchObject({ text, provider: 'ollama' });
    expect((generation as { templates: unknown[] }).templates).toHaveLength(3);
    expect(await collect(test.there.watch(id, here.length - 2))).toHaveLength(2);
  });

  it('ask a model in steps, and keep what it finished', async () => {
    await using test = await startInstances();
    const id = await test.start({ prompt: 'Print a greeting', maxTokens: 24, flow: 'STEPS' });
    const events = await collect(test.there.watch(id));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const { generation } = await test.here.ask(
      `query($id: ID!) { generation(id: $id) { status flow text error { code message } steps { name status completionTokens } } }`,
      { id },
    );
    const { status, text, steps, flow, error } = generation as {
      [field: string]: unknown;
      steps: { status: string; completionTokens: number }[];
    };
    expect([flow, text]).toEqual(['STEPS', events.map((event) => event.text ?? '').join('')]);
    const begun = steps.filter((step) => step.completionTokens > 0);
    expect(begun.length).toBeGreaterThan(0);
    expect(events.filter(({ __typename }) => __typename === 'StepStarted')).toHaveLength(begun.length);
    // So small a model writes no project in 24 tokens a step: a step is cut, or no step has made a file.
    expect({ status, error }).toMatchObject({
      status: 'FAILED',
      error: { code: expect.stringMatching(/^GENERATION_(TRUNCATED|NO_FILES|ANSWER_INVALID)$/) },
    });
  }, 300_000);

  it('cancel within a second what the other one runs, and settle it by an event', async () => {
    await using test = await startInstances();
    const settled = Promise.withResolvers<unknown>();
    await using _ = await test.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
      settled.resolve(data),
    );
    const id = await test.start({ prompt: 'Count from one to a thousand', maxTokens: 300 });
    let cancelledAt = 0;
    let last: Event | undefined;
    for await (const event of test.there.watch(id)) {
      last = event;
      if (event.__typename !== 'TokenDelta' || cancelledAt > 0) continue;
      cancelledAt = performance.now();
      await test.there.ask('mutation($id: ID!) { cancelGeneration(id: $id) { id } }', { id });
    }
    expect(performance.now() - cancelledAt).toBeLessThan(5_000);
    expect(last).toMatchObject({ status: 'CANCELLED' });
    expect(await settled.promise).toMatchObject({ generationId: id, status: 'CANCELLED', chargeable: true });
  });
});
