import { createHash } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { TemplateContent } from './models/model.ts';
import { findContentHashes, type TemplateRow, upsertTemplates } from './template.repository.ts';

/** A template as it lies in the repository; its slug is the name of its directory. */
export type TemplateSource = Omit<TemplateContent, 'id'> & { readonly slug: string };

/** Templates of one statement. */
const BATCH = 100;

/** Brings the table up to date with the files. What is new or has changed has no vectors until `startTemplateEmbedding` makes them. */
export async function seedTemplates(orm: MikroORM, sources: readonly TemplateSource[]): Promise<void> {
  const hashes = await findContentHashes(orm.em.fork());
  // Always in one order, so that two instances that start at once do not wait for each other's rows.
  const sorted = sources.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
  for (let start = 0; start < sorted.length; start += BATCH) {
    const rows = sorted.slice(start, start + BATCH).map(toRow);
    const changed = rows.filter(({ slug, contentSha256 }) => hashes.get(slug) !== contentSha256);
    if (changed.length > 0) await upsertTemplates(orm.em.fork(), changed);
  }
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
  const contentSha256 = createHash('sha256')
    .update(JSON.stringify([row, document]))
    .digest('hex');
  return { ...row, document, contentSha256 };
}
