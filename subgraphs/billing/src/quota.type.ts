import { Field, Float, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import type { Account } from './account.entity.ts';
import { toRemainingTokens } from './allowance.ts';
import type { HeldTotal } from './hold.entity.ts';
import { Plan } from './plan.entity.ts';
import { MICROS_PER_CENT } from './price.ts';

/** What an account may use in its present period, and what of it is gone. */
@ObjectType()
export class Quota {
  @Field(() => Plan)
  plan: Plan;

  @Field(() => GraphQLISODateTime)
  periodStart: Date;

  @Field(() => GraphQLISODateTime)
  periodEnd: Date;

  @Field(() => Int)
  limitTokens: number;

  @Field(() => Int)
  usedTokens: number;

  /** Promised to generations that run. */
  @Field(() => Int)
  heldTokens: number;

  @Field(() => Int)
  remainingTokens: number;

  /** Null: no cap. */
  @Field(() => Int, { nullable: true })
  spendCapCents: number | null;

  @Field(() => Float)
  spentCents: number;

  static of(account: Account, plan: Plan, held: HeldTotal): Quota {
    const allowance = account.toAllowance(plan, held);
    return Object.assign(new Quota(), {
      plan,
      periodStart: account.periodStart,
      periodEnd: account.periodEnd,
      limitTokens: allowance.limitTokens,
      usedTokens: allowance.usedTokens,
      heldTokens: allowance.heldTokens,
      remainingTokens: toRemainingTokens(allowance),
      spendCapCents: account.spendCapCents,
      spentCents: account.spentMicros / MICROS_PER_CENT,
    });
  }
}
