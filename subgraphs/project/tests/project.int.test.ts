import { createRedisBroadcast } from '@vibecode/platform/broadcast/redis.broadcast';
import { newId } from '@vibecode/platform/id';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { createLog } from '@vibecode/platform/log';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { createTestMongo, type TestMongo } from '@vibecode/platform/testing/documents';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startProject } from '../src/main.ts';
import { describeProject } from './project.contract.ts';
import { signIn, write } from './project.fixture.ts';

const onMongo = (mongo: TestMongo) => (infrastructure: Infrastructure) =>
  startProject({ ...infrastructure, documents: () => mongo.open() });

describeProject('MongoDB', async () => {
  const mongo = createTestMongo();
  const test = await startSubgraphTest('project', onMongo(mongo));
  return {
    ...test,
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]();
      await mongo[Symbol.asyncDispose]();
    },
  };
});

describe('two instances of the project service', () => {
  it('see and watch what the other one does, and make one version of it at a time', async () => {
    const url = process.env.REDIS_URL;
    if (!url) throw new Error('REDIS_URL is missing: integration tests need a Redis server.');
    const log = createLog({ service: 'test', level: 'silent' });
    await using redis = await openRedis({ url, prefix: `test:${newId()}:`, log });
    await using mongo = createTestMongo();
    const startInstance = () =>
      startSubgraphTest('project', (infrastructure) =>
        onMongo(mongo)({ ...infrastructure, broadcast: createRedisBroadcast(redis) }),
      );
    await using one = await startInstance();
    await using other = await startInstance();
    const ann = await signIn(one);
    const sameAnn = await signIn(other, { id: ann.id });
    const id = await ann.createProject();

    const changes = sameAnn.watch(
      'subscription($id: ID!) { projectChanged(projectId: $id, afterVersion: 0) { version { number } } }',
      { id },
    );
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { data } of changes) {
        seen.push((data as { projectChanged: { version: { number: number } } }).projectChanged.version.number);
        if (seen.length === 10) return;
      }
    })();
    for (let number = 0; number < 10; number++) {
      const results = await Promise.allSettled(
        [ann, sameAnn].map((person, index) => person.apply(id, number, [write('a', `${index}`)])),
      );
      const outcomes = results.map((result) => (result.status === 'fulfilled' ? 'made' : result.reason.code));
      expect(outcomes.toSorted()).toEqual(['PROJECT_VERSION_CONFLICT', 'made']);
    }
    await watching;
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await ann.files(id)).toEqual(await sameAnn.files(id));
  });
});
