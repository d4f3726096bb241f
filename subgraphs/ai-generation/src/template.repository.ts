import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '@vibecode/platform/id';
import { Template } from './template.entity.ts';

export type TemplateRow = Omit<Template, 'id'>;

/** Adds templates, and brings those up to date that have changed; the slug is what stays the same. */
export async function upsertTemplates(em: EntityManager, rows: readonly TemplateRow[]): Promise<void> {
  await em.upsertMany(
    Template,
    rows.map((row) => ({ ...row, id: newId() })),
    { onConflictFields: ['slug'], onConflictExcludeFields: ['id'] },
  );
}

/** By slug, of all templates. */
export async function findContentHashes(em: EntityManager): Promise<Map<string, string>> {
  const rows = await em.execute<{ slug: string; content_sha256: string }[]>(
    'select slug, content_sha256 from ai_generation.template',
  );
  return new Map(rows.map(({ slug, content_sha256 }) => [slug, content_sha256]));
}
