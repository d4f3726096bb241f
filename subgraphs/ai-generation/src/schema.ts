import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import type { GenerationContext } from './context.ts';
import { GenerationResolver, ProjectGenerationsResolver, UserGenerationsResolver } from './generation.resolver.ts';
import { GenerationEventResolver } from './generation-event.resolver.ts';
import { generationEventTypes } from './generation-event.type.ts';
import { ModelResolver } from './model.resolver.ts';
import { Project, User, Version } from './reference.types.ts';
import { ProposedChangeResolver, ReviewResolver } from './review.resolver.ts';
import { TemplateResolver } from './template.resolver.ts';

interface Reference {
  readonly id: string;
}

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [
    GenerationResolver,
    GenerationEventResolver,
    ReviewResolver,
    ProposedChangeResolver,
    UserGenerationsResolver,
    ProjectGenerationsResolver,
    TemplateResolver,
    ModelResolver,
  ],
  orphanedTypes: [User, Project, Version, ...generationEventTypes],
  references: {
    Generation: ({ id }: Reference, { loaders }: GenerationContext) => loaders.generation.load(id),
    Template: ({ id }: Reference, { loaders }: GenerationContext) => (isUuid(id) ? loaders.template.load(id) : null),
    User: ({ id }: Reference) => ({ id }),
    Project: ({ id }: Reference) => (isUuid(id) ? { id } : null),
  },
  tags: {
    partner: [
      'Query.generation',
      'Query.models',
      'Mutation.startGeneration',
      'Mutation.cancelGeneration',
      'Mutation.acceptGeneration',
      'Mutation.rejectGeneration',
      'FileChange',
      'Subscription.generationEvents',
      'User.generations',
      'Project.generations',
      'Generation',
      'GenerationError',
      'GenerationStep',
      'GenerationConnection',
      'GenerationEdge',
      'GenerationEvent',
      'StatusChanged',
      'TokenDelta',
      'FileStarted',
      'FileFinished',
      'StepStarted',
      'ToolCalled',
      'GenerationFinished',
      'Model',
    ],
  },
});
