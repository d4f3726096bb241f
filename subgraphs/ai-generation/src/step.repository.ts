import type { EntityManager } from '@mikro-orm/postgresql';
import type { ProposedChange } from './answer/answer.proposal.ts';
import type { GenerationStatus } from './generation.status.ts';
import type { StepEnd } from './step.end.ts';
import { GenerationStep } from './step.entity.ts';

export type NewStep = Pick<GenerationStep, 'position' | 'name' | 'number' | 'total'>;

/** Announces steps; those that are there already stay. */
export async function insertSteps(em: EntityManager, generationId: string, steps: readonly NewStep[]): Promise<void> {
  if (steps.length === 0) return;
  await em.execute(
    `insert into ai_generation.generation_step (generation_id, position, name, number, total, status)
      select ?::uuid, position, name, number, total, 'QUEUED'
      from jsonb_to_recordset(?::jsonb) as step (position int, name text, number int, total int)
      on conflict do nothing`,
    [generationId, JSON.stringify(steps)],
  );
}

interface StepRow {
  readonly generation_id: string;
  readonly position: number;
  readonly name: string;
  readonly number: number;
  readonly total: number;
  readonly status: GenerationStatus;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly started_at: string | Date | null;
  readonly finished_at: string | Date | null;
  readonly text: string | null;
  readonly changes: readonly ProposedChange[] | null;
  readonly left_alone: readonly string[];
}

/** Without what they made, in their order. */
export async function findStepsOf(
  em: EntityManager,
  generationIds: readonly string[],
): Promise<Map<string, GenerationStep[]>> {
  const rows = await em.execute<StepRow[]>(
    `select generation_id, position, name, number, total, status, prompt_tokens, completion_tokens, started_at, finished_at,
        null as text, null as changes, left_alone
      from ai_generation.generation_step where generation_id = any (?::uuid[]) order by position`,
    [`{${generationIds.join(',')}}`],
  );
  const byId = Map.groupBy(rows, (row) => row.generation_id);
  return new Map([...byId].map(([id, own]) => [id, own.map(toStep)]));
}

/** In their order, with what they made. */
export async function findSteps(em: EntityManager, generationId: string): Promise<GenerationStep[]> {
  const rows = await em.execute<StepRow[]>(
    `select * from ai_generation.generation_step where generation_id = ? order by position`,
    [generationId],
  );
  return rows.map(toStep);
}

export async function startStep(em: EntityManager, generationId: string, position: number, now: Date): Promise<void> {
  await em.execute(
    `update ai_generation.generation_step set status = 'STREAMING', started_at = coalesce(started_at, ?)
      where generation_id = ? and position = ?`,
    [now, generationId, position],
  );
}

export async function endStep(
  em: EntityManager,
  generationId: string,
  { position, ...ended }: StepEnd & Pick<GenerationStep, 'position'>,
): Promise<void> {
  await em.execute(
    `update ai_generation.generation_step set status = ?, prompt_tokens = ?, completion_tokens = ?, finished_at = ?, text = ?,
        changes = ?::jsonb, left_alone = ?::jsonb
      where generation_id = ? and position = ?`,
    [
      ended.status,
      ended.promptTokens,
      ended.completionTokens,
      ended.finishedAt,
      ended.text,
      JSON.stringify(ended.changes),
      JSON.stringify(ended.leftAlone),
      generationId,
      position,
    ],
  );
}

function toStep(row: StepRow): GenerationStep {
  const toDate = (value: string | Date | null) => (value === null ? null : new Date(value));
  return Object.assign(new GenerationStep(), {
    position: row.position,
    name: row.name,
    number: row.number,
    total: row.total,
    status: row.status,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    startedAt: toDate(row.started_at),
    finishedAt: toDate(row.finished_at),
    text: row.text,
    changes: row.changes,
    leftAlone: row.left_alone,
  });
}
