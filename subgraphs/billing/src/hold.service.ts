import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import type { Account } from './account.entity.ts';
import {
  expireHolds,
  findHolds,
  getPlan,
  getPrice,
  isHeldByAnother,
  lockAccount,
  lockHold,
  renewHolds,
  sumApiKeyTokens,
  sumHolds,
} from './account.repository.ts';
import { decideHold } from './allowance.ts';
import { ForeignHoldError, HoldClosedError, type QuotaExceeded, QuotaExceededError } from './errors.ts';
import { Hold } from './hold.entity.ts';
import type { HoldStatus } from './hold.status.ts';
import { isSettled } from './usage.repository.ts';

export interface HoldServiceOptions {
  readonly orm: MikroORM;
  readonly clock: () => Date;
  /** Lifetime of a hold after it was placed or last renewed. */
  readonly ttlMs: number;
}

export interface HoldRequest {
  readonly userId: string;
  readonly generationId: string;
  /** Of each call of the model. */
  readonly promptTokens: number;
  /** Of each call of the model. */
  readonly maxTokens: number;
  /** How often the model may be asked: the hold covers all of it. Default 1. */
  readonly calls?: number;
  /** Whether a refusal is announced. Default: it is. */
  readonly announces?: boolean;
  /** `*` if it is not known yet; then the default price applies. */
  readonly provider: string;
  readonly model: string;
  /** The budget of the request's API key; null without one. */
  readonly budget: ApiKeyBudget | null;
}

export interface ApiKeyBudget {
  readonly apiKeyId: string;
  /** The budget for all periods together. */
  readonly tokens: number;
}

export interface RenewedHold {
  readonly generationId: string;
  /** Null unless it was renewed. */
  readonly expiresAt: Date | null;
  readonly status: HoldStatus | null;
}

const NOTHING = { tokens: 0, costMicros: 0 };

/**
 * Reserves tokens for generations before they run, so that concurrent generations together cannot exceed the limit.
 * Every change of an account's holds happens under the lock of its row.
 */
export class HoldService {
  readonly #options: HoldServiceOptions;

  constructor(options: HoldServiceOptions) {
    this.#options = options;
  }

  /**
   * Places a hold. Repeated calls for the same generation return the same hold, placed again if it has expired meanwhile.
   *
   * @throws QuotaExceededError, HoldClosedError, ForeignHoldError
   */
  async place(request: HoldRequest): Promise<Hold> {
    // A refusal is returned rather than thrown, because its announcement has to be committed.
    const outcome = await this.#options.orm.em.fork().transactional(async (em) => {
      const now = this.#options.clock();
      const { userId, generationId, provider, model, budget, calls = 1, announces = true } = request;
      const tokens = { promptTokens: calls * request.promptTokens, maxTokens: calls * request.maxTokens };
      const account = await lockAccount(em, userId, now);
      await expireHolds(em, now, userId);
      const known = await lockHold(em, userId, generationId);
      if (known?.hasExpired(now)) return this.#reopen(em, account, known, now);
      if (known) {
        known.assertActive();
        return known;
      }
      if (await isHeldByAnother(em, userId, generationId)) throw new ForeignHoldError(generationId);
      if (await isSettled(em, generationId)) throw new HoldClosedError(generationId, 'SETTLED');
      const requirement = { userId, provider, model, budget, calls, announces, ...tokens };
      const decision = await this.#decide(em, account, requirement, now);
      if (!decision.granted) return decision.refusal;
      const requested = { userId, generationId, provider, model, ...tokens };
      const within = { apiKeyId: budget?.apiKeyId ?? null, budgetTokens: budget?.tokens ?? null };
      const { costMicros } = decision;
      const hold = Hold.place({ ...requested, ...within, costMicros }, now, this.#options.ttlMs);
      em.persist(hold);
      return hold;
    });
    if (outcome instanceof Hold) return outcome;
    throw new QuotaExceededError(outcome);
  }

  /**
   * Extends a hold. One that has expired is placed again, if there is still room for it.
   *
   * @throws HoldClosedError, NotFoundError, QuotaExceededError
   */
  async renew(userId: string, generationId: string): Promise<Hold> {
    const { orm, clock, ttlMs } = this.#options;
    const outcome = await orm.em.fork().transactional(async (em) => {
      const now = clock();
      const account = await lockAccount(em, userId, now);
      const hold = (await lockHold(em, userId, generationId)) ?? missing(generationId);
      if (!hold.hasExpired(now)) {
        hold.renew(now, ttlMs);
        return hold;
      }
      return this.#reopen(em, account, hold, now);
    });
    if (outcome instanceof Hold) return outcome;
    throw new QuotaExceededError(outcome);
  }

  /**
   * Extends many holds of one user at once, by one statement. Those that have expired stay as they are: `renew` places one again.
   *
   * @returns in the order of the ids; a status other than ACTIVE is a hold that was not renewed, null one that is missing
   */
  async renewMany(userId: string, generationIds: readonly string[]): Promise<RenewedHold[]> {
    const { orm, clock, ttlMs } = this.#options;
    return orm.em.fork().transactional(async (em) => {
      const now = clock();
      await lockAccount(em, userId, now);
      const until = new Date(now.getTime() + ttlMs);
      const renewed = await renewHolds(em, userId, generationIds, { now, until });
      const closed = await findHolds(
        em,
        userId,
        generationIds.filter((id) => !renewed.has(id)),
      );
      const statuses = new Map(
        closed.map((hold) => [hold.generationId, hold.hasExpired(now) ? 'EXPIRED' : hold.status]),
      );
      return generationIds.map((generationId) => {
        const expiresAt = renewed.get(generationId) ?? null;
        return { generationId, expiresAt, status: expiresAt ? 'ACTIVE' : (statuses.get(generationId) ?? null) };
      });
    });
  }

  /**
   * Reduces a hold to the tokens that are still needed.
   *
   * @throws HoldClosedError, NotFoundError
   */
  async shrink(userId: string, generationId: string, promptTokens: number, maxTokens: number): Promise<Hold> {
    return this.#options.orm.em.fork().transactional(async (em) => {
      await lockAccount(em, userId, this.#options.clock());
      const hold = (await lockHold(em, userId, generationId)) ?? missing(generationId);
      hold.shrink(promptTokens, maxTokens, await getPrice(em, hold.provider, hold.model));
      return hold;
    });
  }

  /** Releases the hold of a generation that was not started. A hold that is placed after its release is refused. */
  async release(userId: string, generationId: string): Promise<boolean> {
    return this.#options.orm.em.fork().transactional(async (em) => {
      const now = this.#options.clock();
      await lockAccount(em, userId, now);
      const hold = await lockHold(em, userId, generationId);
      if (!hold) {
        if (await isHeldByAnother(em, userId, generationId)) throw new ForeignHoldError(generationId);
        em.persist(Hold.released({ userId, generationId }, now));
      }
      if (hold?.status !== 'ACTIVE') return false;
      hold.close('RELEASED', now);
      return true;
    });
  }

  /** Closes holds that were not renewed in time. @returns their number */
  expire(): Promise<number> {
    return expireHolds(this.#options.orm.em.fork(), this.#options.clock());
  }

  /** Places a hold that has expired again, if there is still room for it. */
  async #reopen(em: EntityManager, account: Account, hold: Hold, now: Date): Promise<Hold | QuotaExceeded> {
    const { userId, provider, model, promptTokens, maxTokens, apiKeyId, budgetTokens } = hold;
    const budget = apiKeyId !== null && budgetTokens !== null ? { apiKeyId, tokens: budgetTokens } : null;
    const request = { userId, provider, model, promptTokens, maxTokens, budget };
    const decision = await this.#decide(em, account, request, now);
    if (!decision.granted) return decision.refusal;
    hold.reopen(decision.costMicros, now, this.#options.ttlMs);
    return hold;
  }

  /** Whether the account, whose row is locked, has room. A refusal is announced, once for each limit. */
  async #decide(
    em: EntityManager,
    account: Account,
    { userId, provider, model, budget, calls = 1, announces = true, ...tokens }: Omit<HoldRequest, 'generationId'>,
    now: Date,
  ): Promise<{ granted: true; costMicros: number } | { granted: false; refusal: QuotaExceeded }> {
    const plan = await getPlan(em, account.planId);
    const held = (await sumHolds(em, [userId], now)).get(userId) ?? NOTHING;
    const allowance = account.toAllowance(plan, held);
    const price = await getPrice(em, provider, model);
    const budgetTokens = budget && budget.tokens - (await sumApiKeyTokens(em, budget.apiKeyId, now));
    const decision = decideHold(allowance, { ...tokens, price, budgetTokens });
    if (decision.granted) return decision;
    const requestedTokens = tokens.promptTokens + tokens.maxTokens;
    const affordableTokens = Math.floor(decision.affordableTokens / calls);
    const refusal = { ...decision, affordableTokens, allowance, requestedTokens, periodEnd: account.periodEnd };
    if (announces && decision.reason !== 'API_KEY_BUDGET' && account.announceRefusal(plan))
      addToOutbox(em, toQuotaExceededEvent(userId, refusal));
    return { granted: false, refusal };
  }
}

function missing(generationId: string): never {
  throw new NotFoundError('hold of a generation', generationId);
}

function toQuotaExceededEvent(userId: string, { allowance, requestedTokens, periodEnd }: QuotaExceeded) {
  return createEvent('user.quota.exceeded', {
    source: 'billing',
    subject: userId,
    key: userId,
    data: {
      userId,
      limitTokens: allowance.limitTokens,
      usedTokens: allowance.usedTokens,
      heldTokens: allowance.heldTokens,
      requestedTokens,
      periodEnd: periodEnd.toISOString(),
    },
  });
}
