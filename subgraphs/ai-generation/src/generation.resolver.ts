import { encodeCursor, toConnection, toPage } from '@vibecode/platform/connection';
import { ForbiddenError } from '@vibecode/platform/errors';
import { isSelfOrAdmin } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { GenerationContext } from './context.ts';
import { Generation } from './generation.entity.ts';
import { StartGenerationInput } from './generation.input.ts';
import { findEvents, findGenerations } from './generation.repository.ts';
import { toAfterSeq } from './generation.service.ts';
import { GenerationStatus } from './generation.status.ts';
import { type EventOfGeneration, GenerationEvent } from './generation-event.type.ts';
import { GenerationConnection, Project, User, Version } from './reference.types.ts';
import { GenerationStep } from './step.entity.ts';
import { TemplateMatch } from './template.entity.ts';

const MOST_EVENTS = 10_000;

@Resolver(() => Generation)
export class GenerationResolver {
  @Query(() => Generation, { nullable: true })
  generation(@Arg('id', () => ID) id: string, @Ctx() { generations, viewer }: GenerationContext): Promise<Generation> {
    return generations.get(requireScope(viewer, 'generation:read'), id);
  }

  @Query(() => [Generation], { description: 'What waits, the next first. For admins.' })
  async generationQueue(@Ctx() { viewer, em, queue, loaders }: GenerationContext): Promise<Generation[]> {
    if (requireScope(viewer, 'generation:read').role !== 'ADMIN')
      throw new ForbiddenError('Only admins may see the queue of all users.');
    const waiting = await queue.findWaiting(em);
    for (const { id, position } of waiting) loaders.queuePosition.prime(id, position);
    const found = await loaders.generation.loadMany(waiting.map(({ id }) => id));
    return found.filter((generation): generation is Generation => generation instanceof Generation);
  }

  @Mutation(() => Generation)
  startGeneration(
    @Arg('input', () => StartGenerationInput) input: StartGenerationInput,
    @Ctx() { generations, viewer }: GenerationContext,
  ): Promise<Generation> {
    return generations.start(requireScope(viewer, 'generation:write'), input);
  }

  @Mutation(() => Generation)
  async cancelGeneration(
    @Arg('id', () => ID) id: string,
    @Ctx() { generations, reviews, viewer }: GenerationContext,
  ): Promise<Generation> {
    const user = requireScope(viewer, 'generation:write');
    const generation = await generations.cancel(user, id);
    // Nothing is at work that could be stopped: its changes are rejected.
    return generation.status === GenerationStatus.REVIEW ? reviews.reject(user, id) : generation;
  }

  @FieldResolver(() => String, { description: 'The answer so far.' })
  async text(@Root() generation: Generation, @Ctx() { em }: GenerationContext): Promise<string> {
    const isWhole = [GenerationStatus.REVIEW, GenerationStatus.APPLYING].includes(generation.status);
    if (generation.isTerminal || isWhole) return generation.text;
    const events = await findEvents(em, generation.id, 0, Number.MAX_SAFE_INTEGER);
    return events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('');
  }

  @FieldResolver(() => [GenerationStep], {
    description: 'The steps of the flow STEPS, those to come too, and the repairs so far; else empty.',
  })
  async steps(@Root() { id }: Generation, @Ctx() { loaders }: GenerationContext): Promise<GenerationStep[]> {
    return loaders.steps.load(id);
  }

  @FieldResolver(() => [TemplateMatch])
  templates(@Root() generation: Generation, @Ctx() { loaders }: GenerationContext): Promise<TemplateMatch[]> {
    return Promise.all(
      generation.templates.map(async ({ templateId, score }) => ({
        template: await loaders.template.load(templateId),
        score,
      })),
    );
  }

  @FieldResolver(() => Project, { nullable: true })
  project(@Root() { projectId }: Generation): Project {
    return { id: projectId };
  }

  @FieldResolver(() => User, { nullable: true })
  user(@Root() { userId }: Generation): User {
    return { id: userId };
  }

  @FieldResolver(() => Version, { nullable: true })
  version(@Root() { versionId }: Generation): Version | null {
    return versionId === null ? null : { id: versionId };
  }

  @FieldResolver(() => Generation, { nullable: true })
  async parent(@Root() { parentId }: Generation, @Ctx() { loaders }: GenerationContext): Promise<Generation | null> {
    return parentId === null ? null : loaders.generation.load(parentId);
  }

  @FieldResolver(() => Int, { nullable: true, description: '1 for the next; null for what does not wait.' })
  async queuePosition(
    @Root() { id, status }: Generation,
    @Ctx() { loaders }: GenerationContext,
  ): Promise<number | null> {
    return status === GenerationStatus.QUEUED ? loaders.queuePosition.load(id) : null;
  }

  @FieldResolver(() => [GenerationEvent])
  async events(
    @Root() generation: Generation,
    @Ctx() { em }: GenerationContext,
    @Arg('afterSeq', () => Int, { nullable: true, defaultValue: 0 }) afterSeq: number | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 1_000 }) first: number | null,
  ): Promise<GenerationEvent[]> {
    const { first: limit } = toPage(first ?? 1_000, null, MOST_EVENTS);
    const events = await findEvents(em, generation.id, toAfterSeq(afterSeq ?? 0), limit);
    return events.map(
      (event): EventOfGeneration => ({ ...event, generationId: generation.id }),
    ) as unknown[] as GenerationEvent[];
  }
}

@Resolver(() => User)
export class UserGenerationsResolver {
  /** Null for anyone but the user and admins. */
  @FieldResolver(() => GenerationConnection, { nullable: true })
  async generations(
    @Root() { id: userId }: User,
    @Ctx() { em, viewer }: GenerationContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ): Promise<InstanceType<typeof GenerationConnection> | null> {
    if (!isSelfOrAdmin(viewer, userId)) return null;
    requireScope(viewer, 'generation:read');
    return findPage(em, { userId }, first, after);
  }
}

@Resolver(() => Project)
export class ProjectGenerationsResolver {
  /** The viewer's own, so that a project's id alone opens nothing. */
  @FieldResolver(() => GenerationConnection, { nullable: true })
  async generations(
    @Root() { id: projectId }: Project,
    @Ctx() { em, viewer }: GenerationContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ): Promise<InstanceType<typeof GenerationConnection> | null> {
    if (!viewer) return null;
    const { userId } = requireScope(viewer, 'generation:read');
    return findPage(em, { userId, projectId }, first, after);
  }
}

async function findPage(
  em: GenerationContext['em'],
  filter: Parameters<typeof findGenerations>[1],
  first: number | null,
  after: string | null,
) {
  const page = toPage(first ?? 20, after);
  const { rows, totalCount } = await findGenerations(em, filter, page);
  return toConnection(rows, page, totalCount, ({ id }) => encodeCursor(id));
}
