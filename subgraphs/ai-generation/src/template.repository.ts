import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { newId } from '@vibecode/platform/id';
import { toSql } from 'pgvector';
import { Template } from './template.entity.ts';

/** Which vectors: those of one embedder. They only compare with each other. */
export interface VectorSpace {
  readonly model: string;
  readonly dimensions: number;
}

export interface SimilarityQuery {
  readonly text: string;
  readonly space: VectorSpace;
  /** Null when no embedding could be made: then only words are compared. */
  readonly embedding: readonly number[] | null;
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
/** pgvector indexes vectors up to this many dimensions. */
const MOST_INDEXED_DIMENSIONS = 2_000;

/** Nearest by cosine distance joined with best by full-text rank; the score weighs both, 0 to 1. */
export async function findSimilar(em: EntityManager, query: SimilarityQuery): Promise<FoundTemplate[]> {
  const { text, space, embedding, language, framework, limit } = query;
  const vector = `vector(${space.dimensions})`;
  const filters = [
    language === null ? '' : 'and language = :language',
    framework === null ? '' : 'and framework = :framework',
  ].join(' ');
  const nearest =
    embedding === null
      ? ''
      : `union (select template_id from ai_generation.template_embedding
          where model = ${quote(space.model)} ${filters}
          order by embedding::${vector} <=> :embedding::${vector} limit ${CANDIDATES})`;
  const similarity = embedding === null ? '0' : `coalesce(1 - (e.embedding::${vector} <=> :embedding::${vector}), 0)`;
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
      left join ai_generation.template_embedding e on e.template_id = t.id and e.model = ${quote(space.model)}
      order by score desc, t.id limit ${Math.trunc(limit)}`,
    { text, language, framework, embedding: embedding && toSql([...embedding]) },
  );
  const rows = await em.transactional(async (transaction) => {
    // A filter may leave few of the nearest: the scan then goes on. A wider search list is cheap at this size.
    await transaction.execute('set local hnsw.iterative_scan = strict_order');
    await transaction.execute('set local hnsw.ef_search = 100');
    return transaction.execute<{ id: string; score: number }[]>(sql, parameters);
  });
  return rows.map(({ id, score }) => ({ id, score: Math.min(1, Number(score)) }));
}

/** An index for one embedder's vectors: partial, because its dimensions are its own. */
export async function ensureVectorIndex(em: EntityManager, { model, dimensions }: VectorSpace): Promise<void> {
  if (dimensions > MOST_INDEXED_DIMENSIONS) return;
  const name = `template_embedding_${createHash('sha256').update(`${model} ${dimensions}`).digest('hex').slice(0, 12)}`;
  await em.execute(`create index if not exists ${name} on ai_generation.template_embedding
    using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops) where model = ${quote(model)}`);
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

/** Templates whose content has no embedding in this space yet. */
export async function findUnembedded(em: EntityManager, { model }: VectorSpace): Promise<Template[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select t.id from ai_generation.template t left join ai_generation.template_embedding e
        on e.template_id = t.id and e.model = ?
      where e.content_sha256 is distinct from t.content_sha256 order by t.slug`,
    [model],
  );
  return em.find(Template, { id: { $in: rows.map(({ id }) => id) } }, { populate: ['document'] });
}

export async function saveEmbedding(
  em: EntityManager,
  { model, dimensions }: VectorSpace,
  template: Template,
  embedding: readonly number[],
): Promise<void> {
  const { id, contentSha256, language, framework } = template;
  await em.execute(
    `insert into ai_generation.template_embedding
        (template_id, model, dimensions, content_sha256, language, framework, embedding)
      values (?, ?, ?, ?, ?, ?, ?::vector)
      on conflict (model, template_id) do update set dimensions = excluded.dimensions, embedding = excluded.embedding,
        content_sha256 = excluded.content_sha256, language = excluded.language, framework = excluded.framework`,
    [id, model, dimensions, contentSha256, language, framework, toSql([...embedding])],
  );
}

/** A constant, not a parameter: only then does the planner see that a partial index applies. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('?', '')}'`;
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
