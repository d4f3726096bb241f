import type { EntityManager } from '@mikro-orm/postgresql';
import type { Continued } from './answer.material.ts';
import type { Generation } from './generation.entity.ts';
import type { CutAnswer } from './generation.outcome.ts';
import { GenerationStatus } from './generation.status.ts';
import type { Turn } from './prompt.conversation.ts';

const MOST_TURNS = 8;
const MOST_TEXT_CHARACTERS = 256 * 1_024;

interface Row {
  readonly prompt: string;
  readonly text: string;
  readonly status: GenerationStatus;
  readonly error_message: string | null;
  readonly delimiter: string | null;
  readonly version_number: number | null;
  readonly is_cut: boolean;
}

/** What the user asked before in the same project, along the generation's parents: the newest first, at most eight. */
export async function findTurns(
  em: EntityManager,
  { parentId, userId, projectId }: Pick<Generation, 'parentId' | 'userId' | 'projectId'>,
): Promise<Turn[]> {
  if (parentId === null) return [];
  const rows = await em.execute<Row[]>(
    `with recursive turn as (
      select id, parent_id, 1 as depth from ai_generation.generation
        where id = ? and user_id = ? and project_id = ?
      union all
      select p.id, p.parent_id, t.depth + 1 from turn t join ai_generation.generation p on p.id = t.parent_id
        where p.user_id = ? and p.project_id = ? and t.depth < ?)
    select g.prompt, left(g.text, ?) as text, g.status, g.error_message, g.delimiter, g.version_number, g.cut is not null as is_cut
    from turn t join ai_generation.generation g on g.id = t.id order by t.depth`,
    [parentId, userId, projectId, userId, projectId, MOST_TURNS, MOST_TEXT_CHARACTERS],
  );
  return rows.map(({ prompt, text, status, error_message, delimiter, version_number, is_cut }) => ({
    prompt,
    text,
    failure: status === GenerationStatus.FAILED ? (error_message ?? 'It failed.') : null,
    isCancelled: status === GenerationStatus.CANCELLED,
    isKept: version_number !== null,
    isCut: is_cut,
    delimiter,
  }));
}

const TAIL_CHARACTERS = 2_000;

/** What the generation's parent had made when its answer reached its limit; null where it has not. */
export async function findContinued(
  em: EntityManager,
  { parentId, userId, projectId }: Pick<Generation, 'parentId' | 'userId' | 'projectId'>,
): Promise<Continued | null> {
  if (parentId === null) return null;
  const [row] = await em.execute<{ cut: CutAnswer; tail: string }[]>(
    `select cut, right(text, ?) as tail from ai_generation.generation
      where id = ? and user_id = ? and project_id = ? and cut is not null`,
    [TAIL_CHARACTERS, parentId, userId, projectId],
  );
  return row ? { ...row.cut, tail: row.tail } : null;
}
