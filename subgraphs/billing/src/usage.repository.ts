import type { EntityManager } from '@mikro-orm/postgresql';
import { MICROS_PER_CENT } from './price.ts';
import { Usage, type UsageBucket, UsageGrouping } from './usage.entity.ts';

/** @returns false if the ledger already has the generation */
export async function insertUsage(em: EntityManager, usage: Usage): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `insert into billing.usage (generation_id, user_id, project_id, provider, model, status, chargeable, prompt_tokens,
      completion_tokens, cost_micros, occurred_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    [
      usage.generationId,
      usage.userId,
      usage.projectId,
      usage.provider,
      usage.model,
      usage.status,
      usage.chargeable,
      usage.promptTokens,
      usage.completionTokens,
      usage.costMicros,
      usage.occurredAt,
    ],
    'run',
  );
  return affectedRows > 0;
}

/** @param userId the owner; null for any owner, which only admins may use */
export function findUsage(
  em: EntityManager,
  generationIds: readonly string[],
  userId: string | null,
): Promise<Usage[]> {
  return em.find(Usage, { generationId: { $in: [...generationIds] }, ...(userId !== null && { userId }) });
}

export async function isSettled(em: EntityManager, generationId: string): Promise<boolean> {
  return (await em.count(Usage, { generationId })) > 0;
}

export interface UsageRange {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly by: UsageGrouping;
}

const GROUP_KEYS: Readonly<Record<UsageGrouping, string>> = {
  [UsageGrouping.DAY]: `to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD')`,
  [UsageGrouping.MODEL]: 'model',
  [UsageGrouping.PROJECT]: 'project_id::text',
};

/** Sums the users' charged usage by group, in the order of the groups' keys. */
export async function sumUsage(
  em: EntityManager,
  userIds: readonly string[],
  { from, to, by }: UsageRange,
): Promise<Map<string, UsageBucket[]>> {
  const rows: (UsageBucket & { userId: string })[] = await em.execute(
    `select user_id as "userId", ${GROUP_KEYS[by]} as key, count(*)::int as generations,
        sum(prompt_tokens)::float8 as "promptTokens", sum(completion_tokens)::float8 as "completionTokens",
        sum(cost_micros)::float8 / ${MICROS_PER_CENT} as "costCents"
      from billing.usage where user_id = any(?::uuid[]) and chargeable and occurred_at >= ? and occurred_at < ?
      group by 1, 2 order by 2`,
    [`{${userIds.join(',')}}`, from, to],
  );
  return Map.groupBy(rows, ({ userId }) => userId);
}
