import { newId } from '@vibecode/platform/id';
import { EmbedderUnavailableError } from '../src/errors.ts';
import { startTemplateEmbedding } from '../src/template.embedding.ts';
import { findLexemes } from '../src/template.lexemes.ts';
import { insertOwnTemplate } from '../src/template.repository.ts';
import { toTemplateRow } from '../src/template.row.ts';
import { toStatement } from '../src/template.similarity.ts';
import { findSpaces } from '../src/template.space.ts';
import { templates } from './generation.fixture.ts';
import {
  createInstance,
  createRecordedLog,
  createTemplates,
  createWordEmbedder,
  startTemplates,
} from './search.fixture.ts';

type Database = Awaited<ReturnType<typeof startTemplates>>;

async function addOwn({ orm }: Database, ownerId: string, title: string, count = 1): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const content = {
      title: count === 1 ? title : `${title} ${index}`,
      description: `${title} of mine`,
      language: 'javascript',
      framework: null,
      tags: [],
      files: [{ path: 'main.js', content: `${index}` }],
    };
    await insertOwnTemplate(orm.em.fork(), { ...toTemplateRow(content, { slug: null, ownerId }), ownerId }, 1_000);
  }
}

describe("the vectors of users' own templates", () => {
  it('are made in the background, and found by the owner alone', async () => {
    await using database = await startTemplates(templates);
    const { embedder } = createWordEmbedder('words', ['snake', 'kite', 'rest', 'python']);
    const instance = createInstance(database.orm, { configured: [embedder] });
    const { log } = createRecordedLog();
    await using embedding = startTemplateEmbedding({ orm: database.orm, embedders: instance.embedders, log });
    await embedding.firstPass;
    const ownerId = newId();
    await addOwn(database, ownerId, 'Kite');
    // Without a vector yet, by its words, behind what has one.
    expect(await instance.find('kite', { ownerId, first: 5 })).toContain('Kite');
    embedding.wake();
    while ((await database.countVectors('words')) < templates.length + 1) await embedding.firstPass;
    const ask = (owner: string | null) => instance.find('something with a kite', { ownerId: owner, first: 5 });
    expect((await ask(ownerId))[0]).toBe('Kite');
    for (const other of [newId(), null])
      expect((await ask(other)).toSorted()).toEqual(templates.map(({ title }) => title).toSorted());
  });

  it('that are missing change the search of nobody else: the space stays complete', async () => {
    await using database = await startTemplates(templates);
    const { embedder } = createWordEmbedder('words', ['snake', 'kite']);
    const instance = createInstance(database.orm, { configured: [embedder] });
    await instance.embed();
    await addOwn(database, newId(), 'Kite', 50);
    const failing = {
      id: 'words',
      embed: (texts: readonly string[], signal?: AbortSignal) =>
        texts.some((text) => text.includes('Kite'))
          ? Promise.reject(new EmbedderUnavailableError('words', 'too busy'))
          : embedder.embed(texts, signal),
    };
    await createInstance(database.orm, { configured: [failing] }).embed();
    expect(await findSpaces(database.orm.em.fork())).toMatchObject([{ model: 'words', coverage: 1 }]);
  });

  it('that the model refuses keep those of others waiting no longer than a pass', async () => {
    const shared = createTemplates(5);
    await using database = await startTemplates(shared);
    await addOwn(database, newId(), 'Poison', 20);
    await addOwn(database, newId(), 'Kite', 20);
    const picky = {
      id: 'picky',
      async embed(texts: readonly string[]) {
        if (texts.some((text) => text.startsWith('Poison'))) throw new EmbedderUnavailableError('picky', 'status 400');
        return texts.map(() => [0.6, 0.8]);
      },
    };
    const { log, lines } = createRecordedLog();
    await createInstance(database.orm, { configured: [picky], log }).embed();
    expect(await database.countVectors('picky')).toBe(shared.length + 20);
    expect(lines.filter(({ level }) => level === 'WARN')).toHaveLength(3);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

describe('the plan of a search', () => {
  it("reads one user's own templates by an index, and by none that searches of others use", async () => {
    await using database = await startTemplates(createTemplates(300));
    const { embedder } = createWordEmbedder('words', ['snake', 'kite']);
    const ownerId = newId();
    await addOwn(database, ownerId, 'Kite', 5);
    for (let user = 0; user < 10; user += 1) await addOwn(database, newId(), 'Kite', 20);
    await createInstance(database.orm, { configured: [embedder] }).embed();
    const [embedding] = await embedder.embed(['kite']);
    const query = {
      text: 'template kite',
      embedded: { space: { model: 'words', dimensions: 2 }, embedding: embedding! },
      language: null,
      framework: null,
      limit: 3,
    };
    const readPlan = async (owner: string | null) =>
      database.orm.em.fork().transactional(async (em) => {
        // The tables are so small that reading them whole is cheaper.
        await em.execute('set local enable_seqscan = off');
        const { sql, parameters } = toStatement({ ...query, ownerId: owner }, await findLexemes(em, query.text));
        const [row] = await em.execute<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
          `explain (analyze, format json) ${sql}`,
          parameters,
        );
        const toNodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(toNodes)];
        return toNodes(row!['QUERY PLAN'][0]!.Plan);
      });
    const [shared, own] = [await readPlan(null), await readPlan(ownerId)];
    for (const nodes of [shared, own]) {
      expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      const names = nodes.map((node) => node['Index Name'] ?? '');
      expect(names).toContainEqual(expect.stringMatching(/^template_vector_/));
      // Of other users' there is nothing in what is ranked.
      const candidates = nodes.find((node) => node['Node Type'] === 'Aggregate' || node['Node Type'] === 'Unique');
      expect(candidates!['Actual Rows']).toBeLessThanOrEqual(60 + 60 + 20 + 5);
    }
    const reads = own.filter((node) => node['Index Name'] === 'template_own');
    expect(reads.map((node) => node['Actual Rows'])).toEqual([5]);
    expect(shared.filter((node) => node['Index Name'] === 'template_own')).toEqual([]);
  });

  it.each(['template', 'template_embedding'])(
    "has no index of the shared search of %s with users' own",
    async (table) => {
      await using database = await startTemplates(templates);
      await createInstance(database.orm, { configured: [createWordEmbedder('words', ['snake']).embedder] }).embed();
      const indexes = await database.orm.em.fork().execute<{ definition: string }[]>(
        `select indexdef as definition from pg_indexes where schemaname = 'ai_generation' and tablename = ?
          and indexdef similar to '%(gin|hnsw|language|framework)%'`,
        [table],
      );
      expect(indexes).toHaveLength(3);
      for (const { definition } of indexes) expect(definition).toMatch(/WHERE .*owner_id IS NULL/);
    },
  );
});
