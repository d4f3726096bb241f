import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { interruptDatabase } from '@vibecode/platform/testing/interruptible.database';
import { Neighbours } from './neighbours.ts';
import { startRedis } from './redis.fixture.ts';
import {
  expectGapless,
  file,
  follow,
  STEP_NAMES,
  startSteps,
  startStepsModel,
  startStepsTest,
  toStarted,
  toStepName,
} from './steps.fixture.ts';

const OUTAGE_MS = 10_000;

describe('steps on PostgreSQL', () => {
  it('lose nothing when it is away for ten seconds between two', async () => {
    await using database = await createTestDatabase();
    await using way = await interruptDatabase(database.url);
    const end = Promise.withResolvers<void>();
    await using test = await startStepsTest(
      { manifest: ['The manifest.\n', end.promise, file('package.json', '{}\n')] },
      { databaseUrl: way.url },
    );
    const steps = await startSteps(test);
    const watching = steps.watch();
    await steps.until(({ text }) => text?.includes('The manifest.') ?? false);
    way.interrupt();
    end.resolve();
    await delay(OUTAGE_MS);
    way.restore();
    const events = await watching;
    const found = await steps.look();
    expect(found).toMatchObject({ status: 'COMPLETED', version: { id: steps.id } });
    expectGapless(events, found.text);
    expect(toStarted(events)).toHaveLength(5);
    expect(test.ollama.requests.map(toStepName)).toEqual([...STEP_NAMES]);
  });
});

describe('two instances over one database and Redis', () => {
  it('take the steps over from each other when one is shut down, and ask for no finished one again', async () => {
    await using database = await createTestDatabase();
    await using redis = await startRedis();
    const never = new Promise<void>(() => undefined);
    let isFirst = true;
    const components = () => {
      if (!isFirst) return ['The program.\n', file('index.js', 'hello();\n')];
      isFirst = false;
      return ['The prog', never];
    };
    await using ollama = await startStepsModel({ components });
    const neighbours = new Neighbours();
    const settings = { databaseUrl: database.url, infrastructure: redis.infrastructure, ollama, neighbours };
    await using one = await startStepsTest({}, settings);
    const steps = await startSteps(one);
    await steps.until(({ text }) => text?.includes('The prog') ?? false);
    await using other = await startStepsTest({}, settings);
    const person = await other.signUp({}, steps.person.userId);
    const there = follow(other, { ...person, projectId: steps.person.projectId }, steps.id);
    const watching = there.watch();
    await one[Symbol.asyncDispose]();
    const events = await watching;
    const found = await there.look();
    expect(found).toMatchObject({ status: 'COMPLETED', version: { id: steps.id } });
    expectGapless(events, found.text);
    expect(toStarted(events)).toEqual([
      ...['plan 1/5', 'manifest 2/5', 'dependencies 3/5', 'components 4/5', 'components 4/5', 'tests 5/5'],
    ]);
    expect(found.text).toContain('The prog\n\nThe program.');
  });

  it('show watchers of either the same, and cancel what the other one runs', async () => {
    await using database = await createTestDatabase();
    await using redis = await startRedis();
    const never = new Promise<void>(() => undefined);
    const settings = { databaseUrl: database.url, infrastructure: redis.infrastructure };
    const answers = { components: ['The program.\n', never] };
    await using one = await startStepsTest(answers, settings);
    const { ollama, neighbours } = one;
    await using other = await startStepsTest(answers, { ...settings, ollama, neighbours });
    const steps = await startSteps(one);
    const person = await other.signUp({}, steps.person.userId);
    const there = follow(other, { ...person, projectId: steps.person.projectId }, steps.id);
    const watching = Promise.all([steps.watch(), there.watch()]);
    await there.until(({ text }) => text?.includes('The program.') ?? false);
    await there.cancel();
    const [here, seen] = await watching;
    expect(seen).toEqual(here);
    expect(await there.look()).toMatchObject({ status: 'CANCELLED', version: { id: steps.id } });
    expect(Object.keys(there.files())).toEqual(['package.json', '.gitignore']);
  });
});
