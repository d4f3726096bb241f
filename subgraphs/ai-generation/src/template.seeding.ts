import type { MikroORM } from '@mikro-orm/postgresql';
import type { TemplateContent } from './models/model.ts';
import { findContentHashes, upsertTemplates } from './template.repository.ts';
import { toTemplateRow } from './template.row.ts';

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
    const changed = sorted
      .slice(start, start + BATCH)
      .map((source) => toTemplateRow(source, { slug: source.slug, ownerId: null }))
      .filter(({ slug, contentSha256 }) => hashes.get(slug!) !== contentSha256);
    if (changed.length > 0) await upsertTemplates(orm.em.fork(), changed);
  }
}
