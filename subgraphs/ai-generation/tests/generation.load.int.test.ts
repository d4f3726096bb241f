import { newId } from '@vibecode/platform/id';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { GREETING, SCOPES, startGenerationTest } from './generation.fixture.ts';
import { startRedis } from './redis.fixture.ts';

const USERS = 50;
/** LOAD_JOBS_OF_USER=100 makes it 5,000 in all. */
const JOBS_OF_USER = Number(process.env.LOAD_JOBS_OF_USER ?? 30);
const JOBS = USERS * JOBS_OF_USER;
/** Of one instance. */
const CONCURRENCY = 8;
/** Less than all of them take together, so that every hold has to be renewed. */
const HOLD_TTL_MS = 35_000;
const QUEUE = '{ generationQueue { id queuePosition } }';
const CANCEL = 'mutation($id: ID!) { cancelGeneration(id: $id) { status } }';

it('generations of 50 users, dozens of each, all run on two instances, the users take turns, and no hold is lost', async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const gate = Promise.withResolvers<void>();
  const script = () => [gate.promise, ...GREETING];
  const settings = {
    databaseUrl: database.url,
    infrastructure: redis.infrastructure,
    env: {
      MODEL_CONCURRENCY: String(CONCURRENCY),
      GENERATION_QUEUE_LIMIT: String(JOBS),
      GENERATION_USER_QUEUE_LIMIT: String(JOBS_OF_USER),
    },
  };
  await using one = await startGenerationTest(script, settings);
  const { ollama, neighbours } = one;
  await using other = await startGenerationTest(() => GREETING, { ...settings, ollama, neighbours });
  neighbours.holdTtlMs = HOLD_TTL_MS;

  const finished = new Map<string, string>();
  const all = Promise.withResolvers<void>();
  const subscriptions = [one, other].map(({ infrastructure: { bus } }) =>
    bus.subscribe('test', ['generation.complete'], async ({ data }) => {
      const { generationId, status } = data as { generationId: string; status: string };
      expect(finished.has(generationId)).toBe(false);
      finished.set(generationId, status);
      if (finished.size === JOBS) all.resolve();
    }),
  );
  await using cleanUp = new AsyncDisposableStack();
  for (const subscription of await Promise.all(subscriptions)) cleanUp.use(subscription);

  const users = await Promise.all(Array.from({ length: USERS }, (_, index) => (index % 2 ? one : other).signUp()));
  const ids = await Promise.all(
    users.map(async (user, name) => {
      const started: string[] = [];
      for (let job = 0; job < JOBS_OF_USER; job += 1) {
        // Two answers for one project at once would be a conflict of their changes.
        const projectId = neighbours.createProject(user.userId);
        const { data } = await user.start({ prompt: `user ${name} job ${job}`, projectId });
        started.push(data.startGeneration.id);
      }
      return started;
    }),
  );
  const admin = await one.sign({ scope: SCOPES, userId: newId(), role: 'ADMIN' });
  const { data } = await one.query(QUEUE, {}, admin);
  const { generationQueue } = data as { generationQueue: { id: string; queuePosition: number }[] };
  const running = 2 * CONCURRENCY;
  expect(generationQueue.map(({ queuePosition }) => queuePosition)).toEqual(
    Array.from({ length: JOBS - running }, (_, index) => index + 1),
  );
  // One that waits ends at once, whichever instance is asked.
  const ann = await one.signUp({}, users[0]!.userId);
  const cancelled = ids[0]!.at(-1)!;
  expect((await ann.ask(CANCEL, { id: cancelled })).data).toEqual({ cancelGeneration: { status: 'CANCELLED' } });
  gate.resolve();
  await all.promise;

  const expected = ids.flat().map((id) => [id, id === cancelled ? 'CANCELLED' : 'COMPLETED']);
  expect(Object.fromEntries(finished)).toEqual(Object.fromEntries(expected));
  expect(neighbours.lostHolds).toEqual(new Set());
  // While all wait, each user has had as many turns as any other, give or take what ran before all had come.
  const served = ollama.requests.map(({ messages }) => messages[1]!.content.match(/user (\d+) job/)![1]);
  const half = Map.groupBy(served.slice(0, JOBS / 2), (user) => user);
  const turns = [...half.values()].map(({ length }) => length);
  expect(turns).toHaveLength(USERS);
  expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(2);
}, 900_000);
