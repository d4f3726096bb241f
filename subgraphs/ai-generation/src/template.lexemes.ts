import type { EntityManager } from '@mikro-orm/postgresql';

/** A word of a query, as full-text search knows it. */
export interface Lexeme {
  /** As it stands in a `tsquery`. */
  readonly quoted: string;
  /** How many documents have it, as the table's statistics estimate: 0 for a word that is not among the common ones. */
  readonly documents: number;
}

/** The rarest words of a query tell most; more of them change little. */
const MAX_LEXEMES = 10;
/** What is read of a query. */
const MAX_CHARACTERS = 4_000;

/**
 * Up to so many templates, all vectors may be read: that finds the nearest for certain, in some 25 ms. The planner does not see what
 * it costs with more, because vectors lie outside of the table's own pages (TOAST), and has to be told.
 */
export const MOST_READ_WHOLE = 20_000;
/** Vectors that a search of their index looks at, at least; and at most, with a filter that few of the nearest pass. */
const SCAN = {
  'hnsw.iterative_scan': "'strict_order'",
  'hnsw.ef_search': `case when reltuples > ${MOST_READ_WHOLE} then '400' else '200' end`,
  'hnsw.max_scan_tuples': "'20000'",
  enable_seqscan: `case when reltuples > ${MOST_READ_WHOLE} then 'off' else current_setting('enable_seqscan') end`,
};

/**
 * The words of a query that full-text search looks for, the rarest first. Sets how the transaction scans vectors on the way,
 * which saves a round trip.
 */
export async function findLexemes(transaction: EntityManager, text: string): Promise<Lexeme[]> {
  const [row] = await transaction.execute<{ lexemes: { lexeme: string; documents: number }[] }[]>(
    `with common as materialized (
        select e.element, e.frequency
        from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) e(element, frequency)
        where s.schemaname = 'ai_generation' and s.tablename = 'template' and s.attname = 'document_search'
          and e.element is not null),
      rarest as (
        select lexeme, round(coalesce(frequency, 0) * greatest(reltuples, 0))::int as documents
          from unnest(tsvector_to_array(to_tsvector('english', ?))) lexeme
          left join common on element = lexeme
          cross join pg_class where pg_class.oid = 'ai_generation.template'::regclass
          order by documents, length(lexeme) desc, lexeme limit ${MAX_LEXEMES})
      select ${Object.entries(SCAN).map(([name, value]) => `set_config('${name}', ${value}, true)`)},
        (select coalesce(json_agg(rarest), '[]') from rarest) as lexemes
        from pg_class where oid = 'ai_generation.template'::regclass`,
    [text.slice(0, MAX_CHARACTERS).replaceAll('\0', ' ')],
  );
  return row!.lexemes.map(({ lexeme, documents }) => ({ quoted: quoteLexeme(lexeme), documents }));
}

function quoteLexeme(lexeme: string): string {
  return `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
