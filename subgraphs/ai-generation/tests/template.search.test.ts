import { openDatabase } from '@vibecode/platform/database';
import { createLog } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import type { Embedder } from '../src/embedders/embedder.ts';
import { TemplateSearch } from '../src/template.search.ts';
import { seedTemplates } from '../src/template.seeding.ts';
import { templates } from './generation.fixture.ts';

const log = createLog({ service: 'test', level: 'silent' });
const { signal } = new AbortController();
const query = { query: 'a game with a snake', language: null, framework: null, first: 3, signal };

/** Knows one word a dimension; counts what it is asked. */
function createEmbedder(id: string, words: readonly string[]) {
  let embedded = 0;
  const embedder: Embedder = {
    id,
    dimensions: words.length,
    async embed(texts) {
      embedded += texts.length;
      return texts.map((text) => words.map((word) => (text.toLowerCase().includes(word) ? 1 : 0.01)));
    },
  };
  return { embedder, count: () => embedded };
}

const broken: Embedder = {
  id: 'broken',
  dimensions: 2,
  embed: () => Promise.reject(new Error('out of memory')),
};

describe('template search', () => {
  it('keeps the vectors of embedders apart, embeds what has changed, and finds by words where there are none', async () => {
    await using postgres = await startTestDatabase();
    const orm = await openDatabase({ ...database, url: postgres.url });
    const small = createEmbedder('small', ['snake', 'python']);
    const large = createEmbedder('large', ['snake', 'python', 'rest', 'greeting', 'todos']);
    for (const { embedder, count } of [small, large]) {
      await seedTemplates({ orm, embedder, log }, templates);
      await seedTemplates({ orm, embedder, log }, templates);
      expect(count()).toBe(templates.length);
      const found = await new TemplateSearch({ orm, embedder, log }).search(query);
      expect(found.map(({ template }) => template.title)[0]).toBe('Snake game');
      expect(found).toHaveLength(3);
    }
    const changed = templates.map((template) => ({ ...template, description: `${template.description}!` }));
    await seedTemplates({ orm, embedder: small.embedder, log }, changed.slice(0, 1).concat(templates.slice(1)));
    // The four of the start, one for the search, and the one that changed.
    expect(small.count()).toBe(templates.length + 2);

    await seedTemplates({ orm, embedder: broken, log }, templates);
    const found = await new TemplateSearch({ orm, embedder: broken, log }).search(query);
    expect(found.map(({ template }) => template.title)[0]).toBe('Snake game');
    expect(found).toHaveLength(3);
    await orm.close(true);
  });

  it('prefers language and framework, then the language, then any: as many as asked for', async () => {
    await using postgres = await startTestDatabase();
    const orm = await openDatabase({ ...database, url: postgres.url });
    const { embedder } = createEmbedder('small', ['snake', 'python']);
    await seedTemplates({ orm, embedder, log }, templates);
    const search = new TemplateSearch({ orm, embedder, log });
    const find = async (language: string | null, framework: string | null) =>
      (await search.search({ ...query, language, framework })).map(
        ({ template }) => template.framework ?? template.language,
      );
    expect((await find('python', null))[0]).toBe('flask');
    expect((await find('JavaScript', 'Express'))[0]).toBe('express');
    expect(await find('cobol', 'none')).toHaveLength(3);
    await orm.close(true);
  });
});
