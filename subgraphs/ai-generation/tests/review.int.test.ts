import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createRedisStreamLog } from '@vibecode/platform/stream-log/redis.stream-log';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { EmbedderRegistry } from '../src/embedders/embedder.registry.ts';
import { createHashingEmbedder } from '../src/embedders/hashing.embedder.ts';
import { parseAiGenerationEnv } from '../src/env.ts';
import { startGenerationServer } from '../src/generation.server.ts';
import { ModelRegistry } from '../src/models/model.registry.ts';
import { findOllamaModels } from '../src/models/ollama.model.ts';
import { GREETING, SCOPES, START, templates } from './generation.fixture.ts';
import { Neighbours } from './neighbours.ts';
import { startScriptedOllama } from './scripted.ollama.ts';

const ACCEPT = 'mutation($id: ID!) { acceptGeneration(id: $id) { status version { id } } }';
const REJECT = 'mutation($id: ID!) { rejectGeneration(id: $id) { status } }';
const STATUSES = 'subscription($id: ID!) { generationEvents(id: $id) { seq ... on StatusChanged { status } } }';

/** Two instances over one PostgreSQL and Redis, and one user. */
async function startInstances() {
  const redisUrl = process.env.REDIS_URL;
  if (!redisUrl) throw new Error('REDIS_URL is missing: integration tests need running servers; see CONTRIBUTING.md.');
  await using started = new AsyncDisposableStack();
  const log = createLog({ service: 'test', level: 'silent' });
  const redis = started.use(await openRedis({ url: redisUrl, prefix: `test-${newId()}:`, log }));
  const broadcast = started.use(createRedisBroadcast(redis));
  const streamLog = started.use(createRedisStreamLog({ connection: redis, broadcast }));
  const database = started.use(await createTestDatabase());
  const ollama = started.use(await startScriptedOllama(() => GREETING));
  const neighbours = new Neighbours();
  const env = parseAiGenerationEnv({ OLLAMA_URL: ollama.url });
  const startInstance = async () =>
    started.use(
      await startSubgraphTest(
        'ai-generation',
        (infrastructure) =>
          startGenerationServer(
            { ...infrastructure, embedded: false, streamLog, broadcast },
            {
              env,
              registry: new ModelRegistry({
                providers: [
                  {
                    name: 'ollama',
                    configured: true,
                    find: () => findOllamaModels({ url: ollama.url, contextTokens: 8_192 }),
                  },
                ],
              }),
              embedders: new EmbedderRegistry({ configured: [createHashingEmbedder()], log }),
              templates,
            },
          ),
        { calls: neighbours, databaseUrl: database.url },
      ),
    );
  const instances: SubgraphTest[] = [await startInstance(), await startInstance()];
  const userId = newId();
  const projectId = neighbours.createProject(userId);
  const rest = started.move();
  return {
    neighbours,
    projectId,
    askAt: async (at: number, query: string, variables: Record<string, unknown>) =>
      instances[at % 2]!.query(query, variables, await instances[at % 2]!.sign({ userId, scope: SCOPES })),
    watchAt: async (at: number, id: string) =>
      instances[at % 2]!.subscribe(STATUSES, { id }, await instances[at % 2]!.sign({ userId, scope: SCOPES })),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

describe('a review with two instances', () => {
  it('is decided once, whoever decides where, and watchers of either see the same', async () => {
    await using test = await startInstances();
    const decided: string[] = [];
    for (let round = 0; round < 4; round++) {
      const before = test.neighbours.changesets.size;
      test.neighbours.projects.get(test.projectId)!.files = {};
      const input = { projectId: test.projectId, prompt: 'Print a greeting', clientRequestId: newId(), review: true };
      const started = await test.askAt(round, START, { input });
      const { id } = (started.data as { startGeneration: { id: string } }).startGeneration;
      const reviewed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const watchers = [0, 1].map(async (at) => {
        const seen: { seq: number; status?: string }[] = [];
        for await (const { data } of await test.watchAt(at, id)) {
          seen.push(data!.generationEvents as (typeof seen)[number]);
          if (seen.at(-1)!.status === 'REVIEW') reviewed[at]!.resolve();
        }
        return seen;
      });
      await Promise.all(reviewed.map(({ promise }) => promise));
      const answers = await Promise.all(
        [ACCEPT, REJECT, ACCEPT, ACCEPT, REJECT, ACCEPT].map((mutation, index) =>
          test.askAt(index + round, mutation, { id }),
        ),
      );
      const [here, there] = await Promise.all(watchers);
      expect(there).toEqual(here);
      expect(here!.map(({ seq }) => seq)).toEqual(here!.map((_, index) => index + 1));
      const final = here!.findLast(({ status }) => status !== undefined)!.status!;
      for (const { data, errors } of answers) {
        const [outcome] = Object.values((data ?? {}) as Record<string, { status: string } | null>);
        expect(outcome?.status ?? errors![0]!.extensions!.code).toBe(outcome ? final : 'GENERATION_NOT_IN_REVIEW');
      }
      expect(test.neighbours.changesets.size - before).toBe(final === 'COMPLETED' ? 1 : 0);
      decided.push(final);
    }
    for (const final of decided) expect(['COMPLETED', 'CANCELLED']).toContain(final);
  });
});
