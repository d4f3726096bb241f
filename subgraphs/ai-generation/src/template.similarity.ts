import type { EntityManager } from '@mikro-orm/postgresql';
import { toSql } from 'pgvector';
import { findLexemes, type Lexeme } from './template.lexemes.ts';
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
  /** Whose own templates are candidates beside everybody's; null for none. */
  readonly ownerId: string | null;
  readonly limit: number;
}

export interface FoundTemplate {
  readonly id: string;
  /** 0 to 1, 1 for the best match there can be. */
  readonly score: number;
}

/** How many of the nearest vectors are candidates. */
const NEAREST = 60;
/** How many of the documents with the query's words are. */
const WORDED = 60;
/** Up to so many documents, a word is looked up alone, and all of its documents are ranked. */
export const RARE_DOCUMENTS = 200;
/** The same where a filter keeps few of them. */
const FILTERED_DOCUMENTS = 2_000;
/** How many common words are looked up in pairs. */
const PAIRED = 4;
/** Documents that are ranked for each combination of common words. */
const COMBINED = 60;
/** A user's own templates that are candidates: all of them, up to the highest limit that the settings take. */
const OWN = 1_000;
/** Candidates without a common word, so that something is found while there are no vectors. */
const OTHERS = 20;
/** Meaning counts more than words. */
const SIMILARITY_WEIGHT = 0.75;

/**
 * The templates most similar to a query. Candidates are a bounded number of nearest vectors and of documents with the query's
 * words, and the user's own templates; only they are ranked. The score weighs cosine similarity and full-text rank.
 */
export async function findSimilar(em: EntityManager, query: SimilarityQuery): Promise<FoundTemplate[]> {
  return em.transactional(async (transaction) => {
    const lexemes = await findLexemes(transaction, query.text);
    const { sql, parameters } = toStatement(query, lexemes);
    const rows = await transaction.execute<{ id: string; score: number }[]>(sql, parameters);
    return rows.map(({ id, score }) => ({ id, score: Math.min(1, Number(score)) }));
  });
}

/** One statement with its parameters in order; its CTEs `worded` and `found` are what it ranks. */
export function toStatement(
  { embedded, language, framework, ownerId, limit }: SimilarityQuery,
  lexemes: readonly Lexeme[],
): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const bind = (value: unknown) => {
    parameters.push(value);
    return '?';
  };
  const toFilter = () =>
    `${language === null ? '' : `and language = ${bind(language)}`} ${framework === null ? '' : `and framework = ${bind(framework)}`}`;
  const any = lexemes.map(({ quoted }) => quoted).join(' | ');
  const lookups = toLookups(lexemes, language !== null || framework !== null).map(
    ({ words, most }) => `(select id, document_search from ai_generation.template
      where owner_id is null and document_search @@ ${bind(words)}::tsquery ${toFilter()} limit ${most})`,
  );
  const worded =
    lookups.length === 0
      ? 'worded as (select null::uuid as id where false)'
      : `worded as materialized (select id from (${lookups.join(' union all ')}) looked_up
          group by id, document_search order by ts_rank_cd(document_search, ${bind(any)}::tsquery) desc limit ${WORDED})`;
  const candidates = ['select id from worded'];
  candidates.push(
    `(select id from ai_generation.template where owner_id is null ${toFilter()} order by id limit ${OTHERS})`,
  );
  if (ownerId !== null)
    candidates.push(
      `(select id from ai_generation.template where owner_id = ${bind(ownerId)} ${toFilter()} limit ${OWN})`,
    );
  let score = `${1 - SIMILARITY_WEIGHT} * words`;
  let vectors = '';
  if (embedded) {
    const { space, embedding } = embedded;
    const type = toVectorType(space.dimensions);
    const vector = toSql([...embedding]);
    candidates.push(`(select template_id from ai_generation.template_embedding where ${isOfSpace(space)} and owner_id is null
        ${toFilter()}
      order by embedding::${type} <=> ${bind(vector)}::${type} limit ${NEAREST})`);
    const similarity = `greatest(0, coalesce(1 - (e.embedding::${type} <=> ${bind(vector)}::${type}), 0))`;
    // A template that was just added has no vector yet: its words stand for both.
    score = `case when e.template_id is null then words else ${SIMILARITY_WEIGHT} * ${similarity} + ${score} end`;
    vectors = `left join ai_generation.template_embedding e on e.template_id = t.id and ${isOfSpace(space)}`;
  }
  return {
    sql: `with ${worded}, found as materialized (${candidates.join(' union ')})
      select t.id, ${score} as score from found join ai_generation.template t using (id)
        cross join lateral (select ts_rank_cd(t.document_search, ${bind(any)}::tsquery, 32) as words) ranked ${vectors}
        order by score desc, t.id limit ${Math.trunc(limit)}`,
    parameters,
  };
}

/**
 * What to look up. A rare word says much, and few documents have it. A common word says little alone, and many have it; documents
 * that have several rank best, so the common words are looked up in pairs, and from the rarest on with one more each time: the
 * posting list of the rarest bounds that work.
 */
function toLookups(lexemes: readonly Lexeme[], filtered: boolean): { words: string; most: number }[] {
  const isRare = ({ documents }: Lexeme) => documents <= (filtered ? FILTERED_DOCUMENTS : RARE_DOCUMENTS);
  const common = lexemes.filter((lexeme) => !isRare(lexeme)).map(({ quoted }) => quoted);
  const paired = common.slice(0, PAIRED);
  const combined = new Set([
    ...common.map((_, index) => common.slice(0, index + 1).join(' & ')),
    ...paired.flatMap((first, index) => paired.slice(index + 1).map((second) => `${first} & ${second}`)),
  ]);
  return [
    ...lexemes.filter(isRare).map(({ quoted }) => ({ words: quoted, most: RARE_DOCUMENTS })),
    ...[...combined].map((words) => ({ words, most: COMBINED })),
  ];
}
