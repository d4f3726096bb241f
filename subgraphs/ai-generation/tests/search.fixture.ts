import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '@vibecode/platform/database';
import { createLog, type Logger } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { EmbedderRegistry, type EmbedderRegistryOptions } from '../src/embedders/embedder.registry.ts';
import type { Embedder } from '../src/embedders/embedder.ts';
import { embedTemplates, type TemplateEmbeddingOptions } from '../src/template.embedding.ts';
import { type TemplateQuery, TemplateSearch } from '../src/template.search.ts';
import { seedTemplates, type TemplateSource } from '../src/template.seeding.ts';

/** The lines of a log, as they would be printed. */
export function createRecordedLog(): {
  log: Logger;
  lines: { action?: string; level: string; [field: string]: unknown }[];
} {
  const lines: { action?: string; level: string }[] = [];
  const log = createLog({
    service: 'test',
    level: 'info',
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  return { log, lines };
}

/** One instance of the service, as far as it embeds and searches. */
export function createInstance(orm: MikroORM, options: Omit<EmbedderRegistryOptions, 'log'> & { log?: Logger }) {
  const log = options.log ?? createLog({ service: 'test', level: 'silent' });
  const embedders = new EmbedderRegistry({ ...options, log });
  const search = new TemplateSearch({ orm, embedders, log });
  const { signal } = new AbortController();
  return {
    embedders,
    /** One pass for each configured embedder. */
    async embed({ stop = signal, ...rest }: Partial<TemplateEmbeddingOptions> & { stop?: AbortSignal } = {}) {
      for (const embedder of embedders.configured)
        await embedTemplates({ orm, embedders, log, ...rest }, embedder, stop);
    },
    async find(
      query: string,
      { language = null, framework = null, ownerId = null, first = 3 }: Partial<TemplateQuery> = {},
    ) {
      const { matches } = await search.search({ query, language, framework, ownerId, first, signal });
      return matches.map(({ template }) => template.title);
    },
  };
}

/** A database with these templates and no vectors. */
export async function startTemplates(sources: readonly TemplateSource[]) {
  await using started = new AsyncDisposableStack();
  const { url } = started.use(await startTestDatabase());
  const orm = started.adopt(await openDatabase({ ...database, url }), (opened) => opened.close(true));
  await seedTemplates(orm, sources);
  const rest = started.move();
  return {
    orm,
    /** How many templates have a vector of the model. */
    async countVectors(model: string): Promise<number> {
      const [row] = await orm.em
        .fork()
        .execute<{ vectors: number }[]>(
          'select count(*)::int as vectors from ai_generation.template_embedding where model = ?',
          [model],
        );
      return row!.vectors;
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

export function createTemplates(count: number): TemplateSource[] {
  return Array.from({ length: count }, (_, index) => ({
    slug: `template-${String(index).padStart(5, '0')}`,
    title: `Template ${index}`,
    description: `Does what number ${index} does`,
    language: 'javascript',
    framework: null,
    tags: [],
    files: [{ path: 'main.js', content: `${index}\n` }],
  }));
}

/** Knows one word a dimension, and records the texts of each call. */
export function createWordEmbedder(id: string, words: readonly string[]) {
  const calls: (readonly string[])[] = [];
  const embedder: Embedder = {
    id,
    async embed(texts, signal) {
      signal?.throwIfAborted();
      calls.push(texts);
      return texts.map((text) => words.map((word) => (text.toLowerCase().includes(word) ? 1 : 0.01)));
    },
  };
  return { embedder, calls };
}
