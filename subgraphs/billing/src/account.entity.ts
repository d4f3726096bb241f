import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Allowance } from './allowance.ts';
import type { HeldTotal } from './hold.entity.ts';
import { periodAt } from './period.ts';
import { FIRST_PLAN_ID, type Plan } from './plan.entity.ts';
import { MICROS_PER_CENT } from './price.ts';

/**
 * A user's account: plan, period, and the usage in the period. It is created at its first read.
 * Every change of the account, or of one of its holds, takes the lock of its row, which keeps concurrent holds within the limit.
 */
@Entity({ tableName: 'account' })
export class Account {
  @PrimaryKey({ type: 'uuid' })
  userId: string;

  @Property({ type: 'text' })
  planId: string;

  /** Time of creation, and the anchor of the monthly periods. */
  @Property({ type: 'datetime' })
  createdAt: Date;

  @Property({ type: 'datetime' })
  periodStart: Date;

  @Property({ type: 'datetime' })
  periodEnd: Date;

  /** Settled usage of this period. */
  @Property({ type: new BigIntType('number') })
  usedTokens: number;

  @Property({ type: new BigIntType('number') })
  spentMicros: number;

  /** Null without a cap. */
  @Property({ type: 'integer', nullable: true })
  spendCapCents: number | null;

  /** The limits of the last announced refusal, so that each is announced once. */
  @Property({ type: 'text', nullable: true })
  announcedRefusal: string | null;

  static open(userId: string, now: Date): Account {
    const { start, end } = periodAt(now, now);
    return Object.assign(new Account(), {
      userId,
      planId: FIRST_PLAN_ID,
      createdAt: now,
      periodStart: start,
      periodEnd: end,
      usedTokens: 0,
      spentMicros: 0,
      spendCapCents: null,
      announcedRefusal: null,
    });
  }

  /** Starts the current period, without usage, if the last one is over. */
  rollTo(now: Date): void {
    if (now < this.periodEnd) return;
    const { start, end } = periodAt(this.createdAt, now);
    this.periodStart = start;
    this.periodEnd = end;
    this.usedTokens = 0;
    this.spentMicros = 0;
  }

  charge(tokens: number, costMicros: number): void {
    this.usedTokens += tokens;
    this.spentMicros += costMicros;
  }

  toAllowance(plan: Plan, held: HeldTotal): Allowance {
    return {
      limitTokens: plan.tokensPerPeriod,
      usedTokens: this.usedTokens,
      heldTokens: held.tokens,
      spendCapMicros: this.spendCapCents === null ? null : this.spendCapCents * MICROS_PER_CENT,
      spentMicros: this.spentMicros,
      heldMicros: held.costMicros,
    };
  }

  /** @returns whether a refusal against these limits has not been announced in this period */
  announceRefusal(plan: Plan): boolean {
    const limits = `${this.periodStart.toISOString()} ${plan.tokensPerPeriod} ${this.spendCapCents ?? 'uncapped'}`;
    if (this.announcedRefusal === limits) return false;
    this.announcedRefusal = limits;
    return true;
  }
}
