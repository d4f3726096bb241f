import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { ensureAccounts, findPlans, getPlan, lockAccount, sumHolds } from './account.repository.ts';
import type { Plan } from './plan.entity.ts';
import { Quota } from './quota.type.ts';

export interface QuotaServiceOptions {
  readonly orm: MikroORM;
  readonly clock: () => Date;
}

const NOTHING = { tokens: 0, costMicros: 0 };

/** Reads quotas, and sets spend caps. */
export class QuotaService {
  readonly #options: QuotaServiceOptions;

  constructor(options: QuotaServiceOptions) {
    this.#options = options;
  }

  getPlans(): Promise<Plan[]> {
    return findPlans(this.#options.orm.em.fork());
  }

  /** Finds the quotas of users by id. A missing account is created. */
  async getQuotas(em: EntityManager, userIds: readonly string[]): Promise<Map<string, Quota>> {
    const now = this.#options.clock();
    const accounts = await ensureAccounts(em, userIds, now);
    const plans = new Map((await findPlans(em)).map((plan) => [plan.id, plan]));
    const held = await sumHolds(em, userIds, now);
    return new Map(
      accounts.flatMap((account) => {
        // In memory only: the next holder of the lock stores the new period.
        account.rollTo(now);
        const plan = plans.get(account.planId);
        return plan ? [[account.userId, Quota.of(account, plan, held.get(account.userId) ?? NOTHING)]] : [];
      }),
    );
  }

  /** @param costCents maximum cost of a period; null removes the cap. A cap below the current cost blocks further generations */
  async setSpendCap(userId: string, costCents: number | null): Promise<Quota> {
    return this.#options.orm.em.fork().transactional(async (em) => {
      const now = this.#options.clock();
      const account = await lockAccount(em, userId, now);
      account.spendCapCents = costCents;
      const plan = await getPlan(em, account.planId);
      const held = await sumHolds(em, [userId], now);
      return Quota.of(account, plan, held.get(userId) ?? NOTHING);
    });
  }
}
