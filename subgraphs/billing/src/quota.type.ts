import { Field, Float, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import type { Account } from './account.entity.ts';
import { toRemainingTokens } from './allowance.ts';
import type { HeldTotal } from './hold.entity.ts';
import { Plan } from './plan.entity.ts';
import { MICROS_PER_CENT } from './price.ts';

/** The limits and the usage of an account in its current period. */
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

  /** Tokens that are held for running generations. */
  @Field(() => Int)
  heldTokens: number;

  @Field(() => Int)
  remainingTokens: number;

  /** Null without a cap. */
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
