import { EmbedderUnavailableError } from '../src/errors.ts';
import { startTemplateEmbedding } from '../src/template.embedding.ts';
import { TemplateSearch } from '../src/template.search.ts';
import { seedTemplates } from '../src/template.seeding.ts';
import { STRANGER_REQUESTS } from '../src/templates/stranger.requests.ts';
import { templates } from './generation.fixture.ts';
import { createInstance, createRecordedLog, startTemplates } from './search.fixture.ts';

const QUERY = 'a game with a snake';

/** One dimension a word, one for documents without any of them, and one for requests without. */
function createStrictEmbedder() {
  const calls: (readonly string[])[] = [];
  const toVector = (text: string) => {
    const counts = ['snake', 'chat', 'files'].map((word) => Number(text.toLowerCase().includes(word)));
    const without = counts.includes(1) ? 0 : 1;
    return text.includes('\n') ? [...counts, without, 0] : [...counts, 0, without];
  };
  const embed = async (texts: readonly string[]) => {
    calls.push(texts);
    return texts.map(toVector);
  };
  return { embedder: { id: 'words', embed }, calls };
}

async function startThresholds() {
  const database = await startTemplates(templates);
  const words = createStrictEmbedder();
  const { embedders } = createInstance(database.orm, { configured: [words.embedder] });
  const { log } = createRecordedLog();
  let nowMs = 0;
  const search = new TemplateSearch({ orm: database.orm, embedders, log, now: () => nowMs });
  const { signal } = new AbortController();
  return {
    ...words,
    database,
    search,
    embedders,
    log,
    pass: (ms: number) => {
      nowMs += ms;
    },
    find: () => search.search({ query: QUERY, language: null, framework: null, ownerId: null, first: 1, signal }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

describe('the least score', () => {
  it('is there when the vectors are, so that an answer embeds nothing but its own request', async () => {
    await using test = await startThresholds();
    const { database, embedders, log, search, calls } = test;
    const { thresholds } = search;
    {
      await using embedding = startTemplateEmbedding({ orm: database.orm, embedders, log, thresholds });
      await embedding.firstPass;
    }
    expect(calls.filter((texts) => texts.includes(STRANGER_REQUESTS[0]!))).toEqual([STRANGER_REQUESTS]);
    const before = calls.length;
    const { matches, findLeastScore } = await test.find();
    const least = await findLeastScore();
    expect(least).toBeGreaterThanOrEqual(0);
    expect(matches[0]!.score).toBeGreaterThan(least);
    expect(calls.slice(before)).toEqual([[QUERY]]);
  });

  it('is measured by the first answer where nothing has measured it, once for all that ask at once', async () => {
    await using test = await startThresholds();
    await createInstance(test.database.orm, { configured: [test.embedder] }).embed();
    const { findLeastScore } = await test.find();
    const before = test.calls.length;
    const [one, other] = await Promise.all([findLeastScore(), findLeastScore()]);
    expect(one).toBe(other);
    expect(test.calls.slice(before)).toEqual([STRANGER_REQUESTS]);
  });

  it('is measured anew in the background after five minutes or new vectors, and serves meanwhile', async () => {
    await using test = await startThresholds();
    const { database, search } = test;
    const instance = createInstance(database.orm, { configured: [test.embedder] });
    await instance.embed();
    const { findLeastScore } = await test.find();
    const least = await findLeastScore();
    const space = { model: 'words', dimensions: 5 };
    await seedTemplates(database.orm, [...templates, { ...templates[2]!, slug: 'added', title: 'Chat about files' }]);
    await instance.embed();
    await search.thresholds.refresh(space);
    expect(await findLeastScore()).toBe(least);
    const refreshing = search.thresholds.refresh(space, { changed: true });
    expect(await findLeastScore()).toBe(least);
    await refreshing;
    const changed = await findLeastScore();
    expect(changed).toBeGreaterThan(least);

    await database.orm.em.fork().execute(`delete from ai_generation.template where slug = 'added'`);
    test.pass(299_999);
    await search.thresholds.refresh(space);
    expect(await findLeastScore()).toBe(changed);
    test.pass(1);
    await search.thresholds.refresh(space);
    expect(await findLeastScore()).toBe(least);
    // The vectors of fixed texts are made once.
    expect(test.calls.filter((texts) => texts.includes(STRANGER_REQUESTS[0]!))).toHaveLength(1);
  });

  it('of words alone is measured without an embedder, and an embedder that is away fails nobody who has one', async () => {
    await using test = await startThresholds();
    const { findLeastScore } = await test.find();
    expect(await findLeastScore()).toBeGreaterThanOrEqual(0);
    expect(test.calls.flat()).not.toContain(STRANGER_REQUESTS[0]!);
    const away = {
      id: 'away',
      embed: () => Promise.reject(new EmbedderUnavailableError('away', 'connection refused')),
    };
    const { embedders } = createInstance(test.database.orm, { configured: [away] });
    const { thresholds } = new TemplateSearch({ orm: test.database.orm, embedders, log: test.log });
    await thresholds.refresh({ model: 'away', dimensions: 3 });
    await expect(thresholds.find({ model: 'away', dimensions: 3 })).rejects.toMatchObject({
      code: 'GENERATION_EMBEDDER_UNAVAILABLE',
    });
  });
});
