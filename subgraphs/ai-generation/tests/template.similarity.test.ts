import { createHashingEmbedder } from '../src/embedders/hashing.embedder.ts';
import { Template } from '../src/template.entity.ts';
import { findLexemes, MOST_READ_WHOLE } from '../src/template.lexemes.ts';
import { seedTemplates } from '../src/template.seeding.ts';
import { findSimilar, RARE_DOCUMENTS, toStatement } from '../src/template.similarity.ts';
import { loadTemplates } from '../src/templates/template.files.ts';
import { searchExactly, toRecall } from './retrieval/exact.search.ts';
import { tuningPrompts } from './retrieval/labelled.prompts.ts';
import { createVariants } from './retrieval/template.variants.ts';
import { createInstance, createTemplates, startTemplates } from './search.fixture.ts';

interface PlanNode {
  readonly 'Subplan Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Node Type': string;
  readonly Plans?: readonly PlanNode[];
}

const VARIANTS = 800;
const FILTER = 'framework-7';
const embedder = createHashingEmbedder();

let database: Awaited<ReturnType<typeof startTemplates>>;
beforeAll(async () => {
  database = await startTemplates([...createVariants(await loadTemplates(), VARIANTS)]);
  await createInstance(database.orm, { configured: [embedder] }).embed();
});
afterAll(() => database[Symbol.asyncDispose]());

async function toQuery(text: string, framework: string | null = null, isEmbedded = true) {
  const [embedding] = await embedder.embed([text]);
  const space = { model: embedder.id, dimensions: embedding!.length };
  return {
    text,
    embedded: isEmbedded ? { space, embedding: embedding! } : null,
    language: null,
    framework,
    ownerId: null,
    limit: 3,
  };
}

/** Rows that the statement of a query ranks by words, and in the end. */
async function countRanked(text: string) {
  return database.orm.em.fork().transactional(async (em) => {
    const lexemes = await findLexemes(em, text);
    const { sql, parameters } = toStatement(await toQuery(text), lexemes);
    const [row] = await em.execute<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (analyze, format json) ${sql}`,
      parameters,
    );
    const nodes: PlanNode[] = [];
    const walk = (node: PlanNode) => {
      nodes.push(node);
      node.Plans?.forEach(walk);
    };
    walk(row!['QUERY PLAN'][0]!.Plan);
    const find = (name: string) => nodes.find((node) => node['Subplan Name'] === `CTE ${name}`)!;
    const worded: PlanNode[] = [];
    const collect = (node: PlanNode) => {
      if (node['Node Type'] === 'Sort') worded.push(...(node.Plans ?? []));
      node.Plans?.forEach(collect);
    };
    collect(find('worded'));
    return { worded: worded[0]!['Actual Rows'], found: find('found')['Actual Rows'], lexemes };
  });
}

describe('the similarity of templates', () => {
  it.each([null, FILTER])('finds what an exact search finds, with the filter %s', async (framework) => {
    const recalls: number[] = [];
    for (const { prompt } of tuningPrompts.slice(0, 60)) {
      const text = `${prompt} for bakers with vouchers`;
      const found = await findSimilar(database.orm.em.fork(), await toQuery(text, framework));
      const exact = await searchExactly(database.orm.em.fork(), embedder, text, framework);
      recalls.push(
        toRecall(
          exact,
          found.map(({ id }) => id),
          3,
        ),
      );
    }
    expect(recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length).toBeGreaterThanOrEqual(0.95);
  });

  it('ranks a bounded number of documents, however many have the words of a query', async () => {
    const common = await countRanked('javascript command list made terminal html http server javascript main');
    const counts = common.lexemes.map(({ documents }) => documents);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)!).toBeGreaterThan(RARE_DOCUMENTS);
    expect(common.found).toBeLessThanOrEqual(60 + 60 + 20);
    // The word that all variants have is looked up in pairs with others only.
    const everywhere = await countRanked('made');
    expect(everywhere.lexemes[0]!.documents).toBe(VARIANTS);
    expect(everywhere.worded).toBeLessThanOrEqual(60);
  });

  it('reads vectors by their index once there are many', async () => {
    const em = database.orm.em.fork();
    const findSettings = async () =>
      em.transactional(async (transaction) => {
        await findLexemes(transaction, 'a page');
        const [row] = await transaction.execute<{ reads: string; looks: string }[]>(
          `select current_setting('enable_seqscan') as reads, current_setting('hnsw.ef_search') as looks`,
        );
        return row;
      });
    expect(await findSettings()).toEqual({ reads: 'on', looks: '200' });
    // As the statistics would say.
    await em.execute(`update pg_class set reltuples = ? where oid = 'ai_generation.template'::regclass`, [
      MOST_READ_WHOLE + 1,
    ]);
    try {
      expect(await findSettings()).toEqual({ reads: 'off', looks: '400' });
    } finally {
      await em.execute('analyze ai_generation.template');
    }
  });

  it('ranks all documents of a rare word', async () => {
    const { lexemes, worded } = await countRanked('bakers');
    expect(lexemes).toEqual([{ quoted: "'baker'", documents: expect.any(Number) }]);
    const [row] = await database.orm.em
      .fork()
      .execute<{ count: number }[]>(
        `select count(*)::int as count from ai_generation.template where document_search @@ 'baker'::tsquery`,
      );
    expect(worded).toBe(row!.count);
  });

  it('finds a template that has no vector yet by its words', async () => {
    const found = async (title: string) => {
      const text = 'a ledger for falconers with weights of hunting birds';
      const matches = await findSimilar(database.orm.em.fork(), await toQuery(text));
      const rows = await database.orm.em.fork().find(Template, { id: { $in: matches.map(({ id }) => id) } });
      return rows.find((row) => row.id === matches[0]!.id)?.title === title;
    };
    expect(await found('Falconry')).toBe(false);
    const description = 'A ledger for falconers: the weights of their hunting birds, day by day';
    const [row] = createTemplates(1);
    await seedTemplates(database.orm, [{ ...row!, slug: 'falconry', title: 'Falconry', description }]);
    expect(await found('Falconry')).toBe(true);
  });

  it.each(['', '   ', '?!', "it's 'quoted' \\ & | ! <-> :* (", 'the and of', '🦊', 'nul\0byte', 'x'.repeat(20_000)])(
    'finds as many as asked for, whatever the query: %j',
    async (text) => {
      for (const isEmbedded of [true, false]) {
        const found = await findSimilar(database.orm.em.fork(), await toQuery(text, null, isEmbedded));
        expect(found).toHaveLength(3);
        for (const { score } of found) expect(score >= 0 && score <= 1).toBe(true);
      }
    },
  );
});
