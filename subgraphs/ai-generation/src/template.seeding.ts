import { createHash } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { Embedder } from './embedders/embedder.ts';
import type { TemplateContent } from './models/model.ts';
import {
  ensureVectorIndex,
  findUnembedded,
  saveEmbedding,
  type TemplateRow,
  upsertTemplates,
} from './template.repository.ts';

/** A template as it lies in the repository; its slug is the name of its directory. */
export type TemplateSource = Omit<TemplateContent, 'id'> & { readonly slug: string };

/** Embedding models read a few hundred tokens; what tells most stands first. */
const EMBEDDED_CHARACTERS = 1_500;

interface SeedingOptions {
  readonly orm: MikroORM;
  readonly embedder: Embedder;
  readonly log: Logger;
}

/** Brings the table up to date with the files, and embeds what has changed since this embedder last saw it. */
export async function seedTemplates(
  { orm, embedder, log }: SeedingOptions,
  sources: readonly TemplateSource[],
): Promise<void> {
  const space = { model: embedder.id, dimensions: embedder.dimensions };
  const em = orm.em.fork();
  await upsertTemplates(em, sources.map(toRow));
  await ensureVectorIndex(em, space);
  try {
    await embedTemplates({ orm, embedder, log });
  } catch (error) {
    // They are found by their words until the embedder answers.
    log.warn({ action: 'templates.not-embedded', embedder: embedder.id, error });
  }
}

/** Embeds what this embedder has not seen yet. Run at intervals: it may not have answered at the start. */
export async function embedTemplates({ orm, embedder, log }: SeedingOptions): Promise<void> {
  const space = { model: embedder.id, dimensions: embedder.dimensions };
  const unembedded = await findUnembedded(orm.em.fork(), space);
  if (unembedded.length === 0) return;
  const embeddings = await embedder.embed(unembedded.map(({ document }) => document.slice(0, EMBEDDED_CHARACTERS)));
  const em = orm.em.fork();
  for (const [index, template] of unembedded.entries()) await saveEmbedding(em, space, template, embeddings[index]!);
  log.info({ action: 'templates.embedded', embedder: embedder.id, templates: unembedded.length });
}

function toRow(source: TemplateSource): TemplateRow {
  const { slug, title, description, language, framework, tags, files } = source;
  const row = {
    slug,
    title,
    description,
    language,
    framework,
    tags: [...tags],
    files: files.map((file) => ({ ...file })),
  };
  const names = files.map(({ path }) => path).join(' ');
  const document = [title, description, [language, framework, ...tags].filter(Boolean).join(' '), names].join('\n');
  return { ...row, document, contentSha256: createHash('sha256').update(JSON.stringify(row)).digest('hex') };
}
