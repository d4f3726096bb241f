import { startAiGeneration } from '@vibecode/ai-generation/main';
import { startBilling } from '@vibecode/billing/main';
import { startCodeExecutor } from '@vibecode/code-executor/main';
import { startNotification } from '@vibecode/notification/main';
import { newId } from '@vibecode/platform/id';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import type { ServiceName } from '@vibecode/platform/services';
import type { RunningSubgraph } from '@vibecode/platform/subgraph';
import { type CountingDatabase, startCountingDatabase } from '@vibecode/platform/testing/statements';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startProject } from '@vibecode/project/main';
import { startUser } from '@vibecode/user/main';

type Start = (infrastructure: Infrastructure) => Promise<RunningSubgraph>;

/** What one operation asks of a subgraph about many things of a type at once. */
const questions: [ServiceName, Start, Record<string, string>][] = [
  ['user', startUser, { User: 'id displayName email role' }],
  [
    'billing',
    startBilling,
    { User: `quota { usedTokens plan { name } } usage(${aYear()}) { key }`, Generation: 'costCents' },
  ],
  ['notification', startNotification, { User: 'unreadNotificationCount notifications { totalCount nodes { id } }' }],
  ['code-executor', startCodeExecutor, { Version: 'lastRun { outcome }', Execution: 'status' }],
  [
    'ai-generation',
    startAiGeneration,
    { Generation: 'status queuePosition templates { template { title } }', Template: 'title' },
  ],
  ['project', startProject, { Project: 'name owner { id } head { number }', Version: 'number project { name }' }],
];
const MANY = 12;

function aYear(): string {
  return 'from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z"';
}

/** Statements for so many, the connections and caches that a first operation fills left aside. */
async function countFor(database: CountingDatabase, ask: (count: number) => Promise<unknown>): Promise<number> {
  await ask(MANY);
  const one = await database.countStatements(() => ask(1));
  const many = await database.countStatements(() => ask(MANY));
  expect(one).toBeGreaterThan(0);
  return many - one;
}

async function expectNoErrors(asked: ReturnType<SubgraphTest['query']>): Promise<void> {
  expect((await asked).errors).toBeUndefined();
}

const env = { OLLAMA_URL: 'http://127.0.0.1:9' };

describe('one statement answers for many', () => {
  it.each(questions)('%s: references', async (service, start, types) => {
    await using database = await startCountingDatabase();
    await using test = await startSubgraphTest(service, start, { env, databaseUrl: database.url });
    const admin = await test.sign({ userId: newId(), role: 'ADMIN' });
    for (const [type, fields] of Object.entries(types)) {
      const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${fields} } } }`;
      const added = await countFor(database, (count) => {
        const r = Array.from({ length: count }, () => ({ __typename: type, id: newId() }));
        return expectNoErrors(test.query(query, { r }, admin));
      });
      expect(added).toBeLessThan(MANY - 2);
    }
  });

  it('project: what stands below the projects of a list', async () => {
    await using database = await startCountingDatabase();
    await using test = await startSubgraphTest('project', startProject, { databaseUrl: database.url });
    const token = await test.sign({ userId: newId() });
    const user = { __typename: 'User', id: newId() };
    const owner = await test.sign({ userId: user.id });
    for (let index = 0; index < MANY; index++) {
      await expectNoErrors(test.query('mutation { createProject(input: { name: "A" }) { id } }', {}, owner));
    }
    const query = `query($r: [_Any!]!, $first: Int) { _entities(representations: $r) { ... on User {
      projects(first: $first) { nodes { name head { number author { id } changes { path } } tree { path } } } } } }`;
    const added = await countFor(database, (first) => expectNoErrors(test.query(query, { r: [user], first }, owner)));
    expect(added).toBeLessThan(MANY - 2);
    expect(await test.query(query, { r: [user] }, token)).toEqual({ data: { _entities: [{ projects: null }] } });
  });
});
