import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import type { ExecutorContext } from './context.ts';
import { ExecutionResolver, VersionResolver } from './execution.resolver.ts';
import { ExecutionOutputResolver } from './execution-output.resolver.ts';
import { Project, Version } from './reference.types.ts';

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [ExecutionResolver, VersionResolver, ExecutionOutputResolver],
  orphanedTypes: [Project, Version],
  references: {
    Execution: ({ id }: { id: string }, { executions }: ExecutorContext) => (isUuid(id) ? executions.load(id) : null),
    Version: ({ id }: { id: string }) => Object.assign(new Version(), { id }),
  },
  tags: {
    partner: [
      'Query.execution',
      'Query.runtimes',
      'Mutation.run',
      'Mutation.runProject',
      'Mutation.cancelRun',
      'Subscription.executionOutput',
      'Version.lastRun',
      'Execution',
      'ExecutionOutput',
      'Runtime',
    ],
  },
});
