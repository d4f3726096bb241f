import type { EntityManager } from '@mikro-orm/postgresql';
import type { ProposedChange } from './answer/answer.proposal.ts';

/** Keeps the changes that wait for a user. The database removes them when the generation ends. */
export async function insertProposal(
  em: EntityManager,
  generationId: string,
  changes: readonly ProposedChange[],
): Promise<void> {
  await em.execute(
    `insert into ai_generation.proposed_change (generation_id, path, before, after)
      select ?::uuid, path, before, after
      from jsonb_to_recordset(?::jsonb) as change (path text, before text, after text)`,
    [generationId, JSON.stringify(changes)],
  );
}

/** In path order; none once the generation has ended. */
export async function findProposal(em: EntityManager, generationId: string): Promise<ProposedChange[]> {
  return em.execute<ProposedChange[]>(
    `select path, before, after from ai_generation.proposed_change where generation_id = ? order by path collate "C"`,
    [generationId],
  );
}

/** Generations whose time for a review is over. */
export async function findOverdueReviews(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from ai_generation.generation
      where status = 'REVIEW' and review_expires_at < now() limit 100`,
  );
  return rows.map(({ id }) => id);
}
