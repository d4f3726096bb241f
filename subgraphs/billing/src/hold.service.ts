import type { MikroORM } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { addToOutbox } from '@vibecode/platform/events/outbox';
import {
  expireHolds,
  findHold,
  getPlan,
  getPrice,
  isHeldByAnother,
  lockAccount,
  sumApiKeyTokens,
  sumHolds,
} from './account.repository.ts';
import { decideHold } from './allowance.ts';
import { ForeignHoldError, HoldClosedError, type QuotaExceeded, QuotaExceededError } from './errors.ts';
import { Hold } from './hold.entity.ts';
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
  readonly promptTokens: number;
  readonly maxTokens: number;
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
   * Places a hold. Repeated calls for the same generation return the same hold.
   *
   * @throws QuotaExceededError, HoldClosedError, ForeignHoldError
   */
  async place(request: HoldRequest): Promise<Hold> {
    // A refusal is returned rather than thrown, because its announcement has to be committed.
    const outcome = await this.#options.orm.em.fork().transactional(async (em) => {
      const now = this.#options.clock();
      const { userId, generationId, provider, model, budget, ...tokens } = request;
      const account = await lockAccount(em, userId, now);
      await expireHolds(em, now, userId);
      const known = await findHold(em, userId, generationId);
      if (known) {
        known.assertActive();
        return known;
      }
      if (await isHeldByAnother(em, userId, generationId)) throw new ForeignHoldError(generationId);
      if (await isSettled(em, generationId)) throw new HoldClosedError(generationId, 'SETTLED');
      const plan = await getPlan(em, account.planId);
      const held = (await sumHolds(em, [userId], now)).get(userId) ?? NOTHING;
      const allowance = account.toAllowance(plan, held);
      const price = await getPrice(em, provider, model);
      const budgetTokens = budget && budget.tokens - (await sumApiKeyTokens(em, budget.apiKeyId, now));
      const decision = decideHold(allowance, { ...tokens, price, budgetTokens });
      if (decision.granted) {
        const apiKeyId = budget?.apiKeyId ?? null;
        const requested = { userId, generationId, apiKeyId, provider, model, ...tokens };
        const hold = Hold.place({ ...requested, costMicros: decision.costMicros }, now, this.#options.ttlMs);
        em.persist(hold);
        return hold;
      }
      const refusal: QuotaExceeded = {
        ...decision,
        allowance,
        requestedTokens: request.promptTokens + request.maxTokens,
        periodEnd: account.periodEnd,
      };
      if (decision.reason !== 'API_KEY_BUDGET' && account.announceRefusal(plan))
        addToOutbox(em, toQuotaExceededEvent(userId, refusal));
      return refusal;
    });
    if (outcome instanceof Hold) return outcome;
    throw new QuotaExceededError(outcome);
  }

  /** @throws HoldClosedError, NotFoundError */
  async renew(userId: string, generationId: string): Promise<Hold> {
    const { orm, clock, ttlMs } = this.#options;
    return orm.em.fork().transactional(async (em) => {
      const now = clock();
      await lockAccount(em, userId, now);
      const hold = (await findHold(em, userId, generationId)) ?? missing(generationId);
      hold.renew(now, ttlMs);
      return hold;
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
      const hold = (await findHold(em, userId, generationId)) ?? missing(generationId);
      hold.shrink(promptTokens, maxTokens, await getPrice(em, hold.provider, hold.model));
      return hold;
    });
  }

  /** Releases the hold of a generation that was not started. A hold that is placed after its release is refused. */
  async release(userId: string, generationId: string): Promise<boolean> {
    return this.#options.orm.em.fork().transactional(async (em) => {
      const now = this.#options.clock();
      await lockAccount(em, userId, now);
      const hold = await findHold(em, userId, generationId);
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
