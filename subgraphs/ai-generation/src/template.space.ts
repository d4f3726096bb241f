import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { toSql } from 'pgvector';
import type { Template } from './template.entity.ts';

/** Which vectors: those of one model with one number of dimensions. They only compare with each other. */
export interface VectorSpace {
  readonly model: string;
  readonly dimensions: number;
}

export interface SpaceState extends VectorSpace {
  /** Share of everybody's templates whose present content has a vector, 0 to 1, as last counted. */
  readonly coverage: number;
}

/** Dimensions up to which pgvector indexes a `vector`, and a `halfvec`. */
const MAX_INDEXED = { vector: 2_000, halfvec: 4_000 };
/**
 * Denser than pgvector's default (16 and 64), which finds two of three nearest neighbours only where a query's vector lies far from
 * all templates, as a user's own words do.
 */
const INDEX = { m: 32, efConstruction: 256 };
/** A batch takes less, and renews it. */
const LEASE_SECONDS = 120;

/** The type that vectors of so many dimensions are compared as: the one that has an index. */
export function toVectorType(dimensions: number): string {
  return `${dimensions > MAX_INDEXED.vector ? 'halfvec' : 'vector'}(${dimensions})`;
}

/** SQL that is true for the rows of a space, users' own templates included. Constants, not parameters: only then does the planner see that a partial index applies. */
export function isOfSpace({ model, dimensions }: VectorSpace): string {
  return `model = '${model.replaceAll("'", "''").replaceAll('?', '')}' and dimensions = ${Math.trunc(dimensions)}`;
}

/** All spaces, the newest first. */
export async function findSpaces(em: EntityManager): Promise<SpaceState[]> {
  return em.execute<SpaceState[]>(
    `select model, dimensions, embedded::float8 / greatest(templates, 1) as coverage
      from ai_generation.embedding_space order by created_at desc, model, dimensions`,
  );
}

/** The space with the index of its vectors: partial, because its dimensions are its own, and without users' own templates. */
export async function ensureSpace(em: EntityManager, space: VectorSpace): Promise<void> {
  const { model, dimensions } = space;
  await em.execute(
    'insert into ai_generation.embedding_space (model, dimensions) values (?, ?) on conflict do nothing',
    [model, dimensions],
  );
  if (dimensions > MAX_INDEXED.halfvec) return;
  const type = toVectorType(dimensions);
  const operators = type.replace(/\(.*/, '_cosine_ops');
  const name = `template_vector_${createHash('sha256').update(`${model} ${dimensions}`).digest('hex').slice(0, 12)}`;
  // `if not exists` alone would lock out writers for a moment at each start.
  const [existing] = await em.execute<{ oid: string | null }[]>('select to_regclass(?) as oid', [
    `ai_generation.${name}`,
  ]);
  if (existing?.oid) return;
  await em.execute(`create index if not exists ${name} on ai_generation.template_embedding
    using hnsw ((embedding::${type}) ${operators}) with (m = ${INDEX.m}, ef_construction = ${INDEX.efConstruction})
    where ${isOfSpace(space)} and owner_id is null`);
}

/** Makes `owner` the only one that embeds into this space, until it is released or nothing has been saved for two minutes. */
export async function claimSpace(em: EntityManager, { model, dimensions }: VectorSpace, owner: string) {
  const claimed = await em.execute<unknown[]>(
    `update ai_generation.embedding_space set lease_owner = ?, lease_until = now() + interval '${LEASE_SECONDS} seconds'
      where model = ? and dimensions = ? and (lease_until is null or lease_until < now()) returning 1 as claimed`,
    [owner, model, dimensions],
  );
  return claimed.length > 0;
}

export async function releaseSpace(em: EntityManager, { model, dimensions }: VectorSpace, owner: string) {
  await em.execute(
    `update ai_generation.embedding_space set lease_owner = null, lease_until = null
      where model = ? and dimensions = ? and lease_owner = ?`,
    [model, dimensions, owner],
  );
}

/**
 * Counts anew how complete the space is, and returns the ids of up to `limit` templates whose content has no vector in it. Those of
 * users come last, in no order, and count for nothing: what one user adds changes the search of nobody else.
 */
export async function findUnembedded(em: EntityManager, space: VectorSpace, limit: number): Promise<string[]> {
  const { model, dimensions } = space;
  const from = `from ai_generation.template t left join ai_generation.template_embedding e
    on e.template_id = t.id and e.model = ? and e.dimensions = ?`;
  await em.execute(
    `update ai_generation.embedding_space s set templates = counted.templates, embedded = counted.embedded
      from (select count(*) as templates, count(*) filter (where e.content_sha256 = t.content_sha256) as embedded ${from}
        where t.owner_id is null) counted
      where s.model = ? and s.dimensions = ? and (s.templates, s.embedded) is distinct from (counted.templates, counted.embedded)`,
    [model, dimensions, model, dimensions],
  );
  const rows = await em.execute<{ id: string }[]>(
    `select t.id ${from} where e.content_sha256 is distinct from t.content_sha256 order by t.slug, random() limit ?`,
    [model, dimensions, limit],
  );
  return rows.map(({ id }) => id);
}

export interface EmbeddedTemplate {
  readonly template: Pick<Template, 'id' | 'ownerId' | 'contentSha256' | 'language' | 'framework'>;
  readonly embedding: readonly number[];
}

/** Saves a batch and renews the lease; false, and nothing saved, if somebody else has the lease. */
export async function saveEmbeddings(
  em: EntityManager,
  { model, dimensions }: VectorSpace,
  owner: string,
  batch: readonly EmbeddedTemplate[],
): Promise<boolean> {
  const rows = batch.map(({ template: { id, ownerId, contentSha256, language, framework }, embedding }) => ({
    template_id: id,
    owner_id: ownerId,
    content_sha256: contentSha256,
    language,
    framework,
    embedding: toSql([...embedding]),
  }));
  return em.transactional(async (transaction) => {
    const renewed = await transaction.execute<unknown[]>(
      `update ai_generation.embedding_space
        set lease_until = now() + interval '${LEASE_SECONDS} seconds', embedded = least(embedded + ?, templates)
        where model = ? and dimensions = ? and lease_owner = ? returning 1 as renewed`,
      [batch.filter(({ template }) => template.ownerId === null).length, model, dimensions, owner],
    );
    if (renewed.length === 0) return false;
    // The join: a template that was deleted meanwhile must not fail the batch.
    await transaction.execute(
      `insert into ai_generation.template_embedding
          (template_id, owner_id, model, dimensions, content_sha256, language, framework, embedding)
        select r.template_id, r.owner_id, ?, ?, r.content_sha256, r.language, r.framework, r.embedding::vector
        from jsonb_to_recordset(?::jsonb)
          as r(template_id uuid, owner_id uuid, content_sha256 text, language text, framework text, embedding text)
        join ai_generation.template t on t.id = r.template_id
        on conflict (model, dimensions, template_id) do update set embedding = excluded.embedding,
          content_sha256 = excluded.content_sha256, language = excluded.language, framework = excluded.framework`,
      [model, dimensions, JSON.stringify(rows)],
    );
    return true;
  });
}
