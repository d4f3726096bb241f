import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Account } from './account.entity.ts';
import { type HeldTotal, Hold } from './hold.entity.ts';
import { ModelPrice } from './model-price.entity.ts';
import { Plan } from './plan.entity.ts';

/** Finds the accounts of users, and creates missing ones. */
export async function ensureAccounts(em: EntityManager, userIds: readonly string[], now: Date): Promise<Account[]> {
  const known = await em.find(Account, { userId: { $in: [...userIds] } });
  const knownIds = new Set(known.map(({ userId }) => userId));
  const missing = userIds.filter((userId) => !knownIds.has(userId));
  if (missing.length === 0) return known;
  const opened = missing.map((userId) => Account.open(userId, now));
  // Another instance may create the same account at this moment. The second insert changes nothing.
  await em.upsertMany(Account, opened, { onConflictAction: 'ignore', disableIdentityMap: true });
  return em.find(Account, { userId: { $in: [...userIds] } });
}

/** Locks the account's row until the transaction ends, and moves it to the current period. */
export async function lockAccount(em: EntityManager, userId: string, now: Date): Promise<Account> {
  const lock = () => em.findOne(Account, { userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  let account = await lock();
  if (!account) {
    await ensureAccounts(em.fork({ keepTransactionContext: true }), [userId], now);
    account = await lock();
  }
  if (!account) throw new Error(`The account of the user ${userId} was created but does not exist.`);
  account.rollTo(now);
  return account;
}

export function getPlan(em: EntityManager, id: string): Promise<Plan> {
  return em.findOneOrFail(Plan, { id });
}

/** Finds all plans, from the smallest to the largest. */
export function findPlans(em: EntityManager): Promise<Plan[]> {
  return em.find(Plan, {}, { orderBy: { rank: 'asc' } });
}

/** @throws if even the default price (`*`, `*`) is missing */
export async function getPrice(em: EntityManager, provider: string, model: string): Promise<ModelPrice> {
  const prices = await em.find(ModelPrice, { provider: { $in: [provider, '*'] }, model: { $in: [model, '*'] } });
  const specificity = (price: ModelPrice) => (price.model === '*' ? 0 : 2) + (price.provider === '*' ? 0 : 1);
  const best = prices.toSorted((a, b) => specificity(b) - specificity(a))[0];
  if (!best) throw new Error("billing.model_price has no row for provider '*' and model '*', which is the default.");
  return best;
}

/** Whether another user has a hold for this generation. */
export async function isHeldByAnother(em: EntityManager, userId: string, generationId: string): Promise<boolean> {
  return (await em.count(Hold, { generationId, userId: { $ne: userId } })) > 0;
}

/** Sums the active holds of each account, by user. Users without holds are not in the map. */
export async function sumHolds(
  em: EntityManager,
  userIds: readonly string[],
  now: Date,
): Promise<Map<string, HeldTotal>> {
  const rows: { userId: string; tokens: number; costMicros: number }[] = await em.execute(
    `select user_id as "userId", sum(prompt_tokens + max_tokens)::float8 as tokens, sum(cost_micros)::float8 as "costMicros"
      from billing.hold where user_id = any(?::uuid[]) and status = 'ACTIVE' and expires_at > ? group by user_id`,
    [`{${userIds.join(',')}}`, now],
  );
  return new Map(rows.map(({ userId, ...total }) => [userId, total]));
}

/** Sums the usage and the active holds of an API key with a budget, over all periods. */
export async function sumApiKeyTokens(em: EntityManager, apiKeyId: string, now: Date): Promise<number> {
  const [row] = await em.execute<{ tokens: number }[]>(
    `select coalesce(sum(case
        when usage.chargeable then usage.prompt_tokens + usage.completion_tokens
        when hold.status = 'ACTIVE' and hold.expires_at > ? then hold.prompt_tokens + hold.max_tokens
        else 0 end), 0)::float8 as tokens
      from billing.hold left join billing.usage using (generation_id) where hold.api_key_id = ?`,
    [now, apiKeyId],
  );
  return row?.tokens ?? 0;
}

/** Locks the hold's row, so that the sweep passes it over. The account's row is locked before. */
export function lockHold(em: EntityManager, userId: string, generationId: string): Promise<Hold | null> {
  return em.findOne(Hold, { generationId, userId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Extends those of the user's holds that count now. @returns when they expire, by generation */
export async function renewHolds(
  em: EntityManager,
  userId: string,
  generationIds: readonly string[],
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<Map<string, Date>> {
  const rows = await em.execute<{ generation_id: string; expires_at: string | Date }[]>(
    `update billing.hold set expires_at = greatest(expires_at, ?)
      where user_id = ? and generation_id = any(?::uuid[]) and status = 'ACTIVE' and expires_at > ?
      returning generation_id, expires_at`,
    [until, userId, `{${generationIds.join(',')}}`, now],
  );
  return new Map(rows.map((row) => [row.generation_id, new Date(row.expires_at)]));
}

export function findHolds(em: EntityManager, userId: string, generationIds: readonly string[]): Promise<Hold[]> {
  return em.find(Hold, { generationId: { $in: [...generationIds] }, userId });
}

/**
 * Closes holds that were not renewed in time, of one account or of all. It never waits: a hold whose row is locked is being
 * changed, and is looked at again by the next sweep.
 */
export async function expireHolds(em: EntityManager, now: Date, userId: string | null = null): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `update billing.hold set status = 'EXPIRED', closed_at = ? where id in (
       select id from billing.hold where status = 'ACTIVE' and expires_at <= ? and (?::uuid is null or user_id = ?)
       for update skip locked)
     returning id`,
    [now, now, userId, userId],
  );
  return rows.length;
}
