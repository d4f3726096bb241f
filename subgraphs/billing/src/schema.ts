import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import type { BillingContext } from './context.ts';
import { Generation, GenerationResolver } from './generation.resolver.ts';
import { PlanResolver } from './plan.resolver.ts';
import { User, UserResolver } from './user.resolver.ts';

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [PlanResolver, UserResolver, GenerationResolver],
  orphanedTypes: [User, Generation],
  references: {
    Plan: ({ id }: { id: string }, { loaders }: BillingContext) => loaders.plan.load(id),
    User: ({ id }: User) => (isUuid(id) ? { id } : null),
    Generation: ({ id }: Generation) => (isUuid(id) ? { id } : null),
  },
  tags: {
    partner: ['Query.plans', 'User.quota', 'User.usage', 'Generation.costCents', 'Plan', 'Quota', 'UsageBucket'],
  },
});
