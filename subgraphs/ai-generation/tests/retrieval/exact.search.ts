import type { EntityManager } from '@mikro-orm/postgresql';
import type { Embedder } from '@vibecode/ai-generation/embedders/embedder';

export interface ScoredTemplate {
  readonly id: string;
  readonly score: number;
}

/** Scores each template of the filter as the service does, without an index and without a bound. All of them, best first. */
export async function searchExactly(
  em: EntityManager,
  embedder: Embedder,
  query: string,
  framework: string | null,
): Promise<ScoredTemplate[]> {
  const [vector] = await embedder.embed([query]);
  const rows = await em.execute<ScoredTemplate[]>(
    `with words as (select replace(plainto_tsquery('english', ?)::text, '&', '|')::tsquery as query)
      select t.id, 0.75 * greatest(0, 1 - (e.embedding <=> ?::vector)) + 0.25 * ts_rank_cd(t.document_search, words.query, 32) as score
        from ai_generation.template t join ai_generation.template_embedding e on e.template_id = t.id cross join words
        where e.model = ? and (?::text is null or t.framework = ?)
        order by score desc`,
    [query, JSON.stringify(vector), embedder.id, framework, framework],
  );
  return rows.map(({ id, score }) => ({ id, score: Number(score) }));
}

/** Share of the exact top `count` that was found; one that scores as much as the last of them is as good. */
export function toRecall(exact: readonly ScoredTemplate[], found: readonly string[], count: number): number {
  const best = exact.slice(0, count);
  if (best.length === 0) return 1;
  const least = best.at(-1)!.score - 1e-6;
  const scores = new Map(exact.map(({ id, score }) => [id, score]));
  const hits = found.slice(0, count).filter((id) => (scores.get(id) ?? 0) >= least).length;
  return hits / best.length;
}
