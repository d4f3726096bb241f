import { createTestDatabase } from '@vibecode/platform/testing/database';
import { startGenerationTest } from './generation.fixture.ts';
import { createGatedAnswer, expectWhole, untilToken } from './generation.outage.contract.ts';
import { startRedis } from './redis.fixture.ts';

const CANCEL = 'mutation($id: ID!) { cancelGeneration(id: $id) { id } }';

describe('two instances over one database and Redis', () => {
  it('show watchers of either the same events, and cancel what the other one runs', async () => {
    await using database = await createTestDatabase();
    await using redis = await startRedis();
    const { answer, text, goOn, end } = createGatedAnswer();
    const settings = { databaseUrl: database.url, infrastructure: redis.infrastructure };
    await using one = await startGenerationTest(() => answer, settings);
    const { ollama, neighbours } = one;
    await using other = await startGenerationTest(() => answer, { ...settings, ollama, neighbours });
    const here = await one.signUp();
    const there = await other.signUp({}, here.userId);

    const [kept, stopped] = [
      (await here.start()).data.startGeneration.id,
      (await here.start()).data.startGeneration.id,
    ];
    const watching = Promise.all([here, there].flatMap((person) => [person.watch(kept), person.watch(stopped)]));
    for (const id of [kept, stopped]) await untilToken(there, id);
    await there.ask(CANCEL, { id: stopped });
    await ollama.hungUp;
    goOn();
    end();
    const [keptHere, stoppedHere, keptThere, stoppedThere] = await watching;
    expectWhole(keptHere!, text);
    expect(keptThere).toEqual(keptHere);
    expect(stoppedThere).toEqual(stoppedHere);
    expect(keptHere!.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'COMPLETED' });
    expect(stoppedHere!.at(-1)).toMatchObject({ __typename: 'GenerationFinished', status: 'CANCELLED' });
  });
});
