import { Ctx, Query, Resolver } from 'type-graphql';
import type { BillingContext } from './context.ts';
import { Plan } from './plan.entity.ts';

@Resolver(() => Plan)
export class PlanResolver {
  /** From the smallest to the largest; open to everybody. */
  @Query(() => [Plan])
  plans(@Ctx() { quotas }: BillingContext): Promise<Plan[]> {
    return quotas.getPlans();
  }
}
