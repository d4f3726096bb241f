import { Ctx, Query, Resolver } from 'type-graphql';
import type { BillingContext } from './context.ts';
import { Plan } from './plan.entity.ts';

@Resolver(() => Plan)
export class PlanResolver {
  /** All plans, from the smallest to the largest. Anonymous clients may read them. */
  @Query(() => [Plan])
  plans(@Ctx() { quotas }: BillingContext): Promise<Plan[]> {
    return quotas.getPlans();
  }
}
