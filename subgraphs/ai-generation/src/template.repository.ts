import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '@vibecode/platform/id';
import { Template } from './template.entity.ts';
import type { TemplateRow } from './template.row.ts';

/** Adds templates, and brings those up to date that have changed; the slug is what stays the same. */
export async function upsertTemplates(em: EntityManager, rows: readonly TemplateRow[]): Promise<void> {
  await em.upsertMany(
    Template,
    rows.map((row) => ({ ...row, id: newId() })),
    { onConflictFields: ['slug'], onConflictExcludeFields: ['id'] },
  );
}

/** By slug, of the templates of this package. */
export async function findContentHashes(em: EntityManager): Promise<Map<string, string>> {
  const rows = await em.execute<{ slug: string; content_sha256: string }[]>(
    'select slug, content_sha256 from ai_generation.template where slug is not null',
  );
  return new Map(rows.map(({ slug, content_sha256 }) => [slug, content_sha256]));
}

/** Those of the ids that are everybody's, or this user's own. */
export function findVisibleTemplates(em: EntityManager, ids: readonly string[], userId: string | null) {
  return em.find(Template, {
    id: { $in: [...ids] },
    $or: [{ ownerId: null }, ...(userId === null ? [] : [{ ownerId: userId }])],
  });
}

/** The user's template of this content: the one that is there, or a new one. Null where that would be one more than `limit`. */
export async function insertOwnTemplate(
  em: EntityManager,
  row: TemplateRow & { readonly ownerId: string },
  limit: number,
): Promise<Template | null> {
  const { ownerId, contentSha256 } = row;
  return em.transactional(async (transaction) => {
    await transaction.execute(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [
      `ai_generation.templates ${ownerId}`,
    ]);
    const known = await transaction.findOne(Template, { ownerId, contentSha256 });
    if (known) return known;
    if ((await transaction.count(Template, { ownerId })) >= limit) return null;
    const template = transaction.create(Template, { ...row, id: newId() });
    await transaction.flush();
    return template;
  });
}

/** False if the user has no such template. */
export async function deleteOwnTemplate(em: EntityManager, id: string, ownerId: string): Promise<boolean> {
  return (await em.nativeDelete(Template, { id, ownerId })) > 0;
}
