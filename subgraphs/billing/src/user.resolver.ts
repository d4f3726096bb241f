import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  GraphQLISODateTime,
  ID,
  Int,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import type { BillingContext } from './context.ts';
import { checkUsageRange, spendCapInput } from './input.ts';
import { Quota } from './quota.type.ts';
import { UsageBucket, UsageGrouping } from './usage.entity.ts';

/** A reference to the user service's entity. */
@ObjectType()
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id: string;
}

@Resolver(() => User)
export class UserResolver {
  /** Null except for the user and admins. */
  @FieldResolver(() => Quota, { nullable: true })
  quota(@Root() user: User, @Ctx() { loaders }: BillingContext): Promise<Quota | null> {
    return loaders.quota.load(user.id);
  }

  /** Charged usage from `from` up to but not including `to`; null except for the user and admins. */
  @FieldResolver(() => [UsageBucket], { nullable: true })
  usage(
    @Root() user: User,
    @Arg('from', () => GraphQLISODateTime) from: Date,
    @Arg('to', () => GraphQLISODateTime) to: Date,
    @Arg('by', () => UsageGrouping, { nullable: true, defaultValue: UsageGrouping.DAY }) by: UsageGrouping | null,
    @Ctx() { loaders }: BillingContext,
  ): Promise<UsageBucket[] | null> {
    return loaders.usage(checkUsageRange({ from, to, by: by ?? UsageGrouping.DAY })).load(user.id);
  }

  /** Sets the maximum cost of the viewer's generations in a period; null removes it. */
  @Mutation(() => Quota)
  setSpendCap(
    @Arg('costCents', () => Int, { nullable: true }) costCents: number | null,
    @Ctx() { viewer, quotas }: BillingContext,
  ): Promise<Quota> {
    return quotas.setSpendCap(
      requireScope(viewer, 'account').userId,
      parseInput(spendCapInput, { costCents }).costCents,
    );
  }
}
