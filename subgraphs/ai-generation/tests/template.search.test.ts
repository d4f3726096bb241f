import { seedTemplates } from '../src/template.seeding.ts';
import { templates } from './generation.fixture.ts';
import { createInstance, createWordEmbedder, startTemplates } from './search.fixture.ts';

const QUERY = 'a game with a snake';

describe('template search', () => {
  it('embeds what has changed only, and keeps the vectors of embedders apart', async () => {
    await using database = await startTemplates(templates);
    const small = createWordEmbedder('small', ['snake', 'python']);
    const large = createWordEmbedder('large', ['snake', 'python', 'rest', 'greeting', 'todos']);
    const embeddedTexts = ({ calls }: typeof small) => calls.flat().filter((text) => text.includes('\n')).length;
    for (const each of [small, large]) {
      const instance = createInstance(database.orm, { configured: [each.embedder] });
      await instance.embed();
      await instance.embed();
      expect(embeddedTexts(each)).toBe(templates.length);
      const found = await instance.find(QUERY);
      expect(found[0]).toBe('Snake game');
      expect(found).toHaveLength(3);
    }
    const [first, ...others] = templates;
    await seedTemplates(database.orm, [{ ...first!, description: `${first!.description}!` }, ...others]);
    await createInstance(database.orm, { configured: [small.embedder] }).embed();
    expect(embeddedTexts(small)).toBe(templates.length + 1);
  });

  it('prefers language and framework, then the language, then any: as many as asked for', async () => {
    await using database = await startTemplates(templates);
    const instance = createInstance(database.orm, {
      configured: [createWordEmbedder('small', ['snake', 'python']).embedder],
    });
    await instance.embed();
    expect((await instance.find(QUERY, { language: 'python' }))[0]).toBe('REST API in Python');
    expect((await instance.find(QUERY, { language: 'JavaScript', framework: 'Express' }))[0]).toBe('REST API');
    expect(await instance.find(QUERY, { language: 'cobol', framework: 'none' })).toHaveLength(3);
  });

  it('finds by words where there are no vectors', async () => {
    await using database = await startTemplates(templates);
    const broken = { id: 'broken', embed: () => Promise.reject(new Error('out of memory')) };
    const instance = createInstance(database.orm, { configured: [broken] });
    await instance.embed();
    expect((await instance.find(QUERY))[0]).toBe('Snake game');
    expect(await instance.find(QUERY)).toHaveLength(3);
  });
});
