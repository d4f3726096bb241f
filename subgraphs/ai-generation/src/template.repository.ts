import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '@vibecode/platform/id';
import { toSql } from 'pgvector';
import { Template } from './template.entity.ts';
import { isOfSpace, toVectorType, type VectorSpace } from './template.space.ts';

/** A query in a space. */
export interface QueryVector {
  readonly space: VectorSpace;
  readonly embedding: readonly number[];
}

export interface SimilarityQuery {
  readonly text: string;
  /** Null when no embedding could be made: then only words are compared. */
  readonly embedded: QueryVector | null;
  readonly language: string | null;
  readonly framework: string | null;
  readonly limit: number;
}

export interface FoundTemplate {
  readonly id: string;
  readonly score: number;
}

/** How many each of the two searches puts up for the joint ranking. */
const CANDIDATES = 20;
/** Meaning counts more than words. */
const SIMILARITY_WEIGHT = 0.75;

/** Nearest by cosine distance joined with best by full-text rank; the score weighs both, 0 to 1. */
export async function findSimilar(em: EntityManager, query: SimilarityQuery): Promise<FoundTemplate[]> {
  const { text, embedded, language, framework, limit } = query;
  const vector = embedded && toVectorType(embedded.space.dimensions);
  const filters = [
    language === null ? '' : 'and language = :language',
    framework === null ? '' : 'and framework = :framework',
  ].join(' ');
  const nearest =
    embedded === null
      ? ''
      : `union (select template_id from ai_generation.template_embedding
          where ${isOfSpace(embedded.space)} ${filters}
          order by embedding::${vector} <=> :embedding::${vector} limit ${CANDIDATES})`;
  const similarity = embedded === null ? '0' : `coalesce(1 - (e.embedding::${vector} <=> :embedding::${vector}), 0)`;
  const [sql, parameters] = bind(
    `with words as (
        select replace(plainto_tsquery('english', :text)::text, '&', '|')::tsquery as query),
      worded as (
        select id from ai_generation.template, words where document_search @@ words.query ${filters}
        order by ts_rank_cd(document_search, words.query) desc limit ${CANDIDATES}),
      -- What neither finds: there are always some, also while templates have no embedding yet.
      others as (select id from ai_generation.template where true ${filters} order by id limit ${CANDIDATES}),
      found as (select id from worded union select id from others ${nearest})
    select t.id, ${SIMILARITY_WEIGHT} * greatest(0, ${similarity})
        + ${1 - SIMILARITY_WEIGHT} * ts_rank_cd(t.document_search, words.query, 32) as score
      from found join ai_generation.template t using (id) cross join words
      ${embedded === null ? '' : `left join ai_generation.template_embedding e on e.template_id = t.id and ${isOfSpace(embedded.space)}`}
      order by score desc, t.id limit ${Math.trunc(limit)}`,
    { text, language, framework, embedding: embedded && toSql([...embedded.embedding]) },
  );
  const rows = await em.transactional(async (transaction) => {
    // A filter may leave few of the nearest: the scan then goes on. A wider search list is cheap at this size.
    await transaction.execute('set local hnsw.iterative_scan = strict_order');
    await transaction.execute('set local hnsw.ef_search = 100');
    return transaction.execute<{ id: string; score: number }[]>(sql, parameters);
  });
  return rows.map(({ id, score }) => ({ id, score: Math.min(1, Number(score)) }));
}

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

/** Named parameters as positional ones, each as often as it stands. */
function bind(sql: string, values: Readonly<Record<string, unknown>>): [string, unknown[]] {
  const parameters: unknown[] = [];
  // bounded input: a query written in this file.
  const positional = sql.replace(/(?<!:):([a-z]+)\b/g, (_, name: string) => {
    parameters.push(values[name]);
    return '?';
  });
  return [positional, parameters];
}
