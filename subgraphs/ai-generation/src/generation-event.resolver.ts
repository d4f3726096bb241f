import { NotFoundError } from '@vibecode/platform/errors';
import { requireScope } from '@vibecode/platform/scope';
import { type GraphQLResolveInfo, Kind } from 'graphql';
import { Arg, Ctx, Directive, FieldResolver, ID, Info, Int, Resolver, Root, Subscription } from 'type-graphql';
import type { GenerationContext } from './context.ts';
import { Generation } from './generation.entity.ts';
import { toAfterSeq } from './generation.service.ts';
import { readEvents } from './generation.stream.ts';
import { type EventOfGeneration, GenerationEvent } from './generation-event.type.ts';

@Resolver(() => GenerationEvent)
export class GenerationEventResolver {
  @Subscription(() => GenerationEvent, {
    description:
      'The events with a greater seq than afterSeq, those of the past at once; completes after GenerationFinished.',
    subscribe: ({ args, context }) => subscribe(context as GenerationContext, args as { id: string; afterSeq: number }),
  })
  @Directive('@resumable(cursor: "seq", argument: "afterSeq")')
  generationEvents(
    @Root() event: EventOfGeneration,
    @Arg('id', () => ID) _id: string,
    @Arg('afterSeq', () => Int, { nullable: true, defaultValue: 0 }) _afterSeq: number | null,
  ): GenerationEvent {
    return event as unknown as GenerationEvent;
  }

  @FieldResolver(() => Generation)
  async generation(
    @Root() event: EventOfGeneration,
    @Ctx() { loaders }: GenerationContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Generation> {
    const { generationId: id } = event;
    // Most watchers ask for no more than the id with each token; that needs no look at the database.
    if (asksOnlyForId(info)) return Object.assign(new Generation(), { id });
    const generation = await loaders.generation.load(id);
    if (!generation) throw new NotFoundError('generation', id);
    return generation;
  }
}

async function subscribe(
  context: GenerationContext,
  { id, afterSeq }: { id: string; afterSeq: number | null },
): Promise<AsyncIterable<EventOfGeneration>> {
  const after = toAfterSeq(afterSeq ?? 0);
  const generation = await context.generations.get(requireScope(context.viewer, 'generation:read'), id);
  return withId(generation, readEvents(context, generation, after, context.signal));
}

async function* withId(
  { id }: Generation,
  events: ReturnType<typeof readEvents>,
): AsyncGenerator<EventOfGeneration, void, undefined> {
  for await (const event of events) yield { ...event, generationId: id };
}

function asksOnlyForId({ fieldNodes }: GraphQLResolveInfo): boolean {
  return fieldNodes
    .flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
    .every((selection) => selection.kind === Kind.FIELD && ['id', '__typename'].includes(selection.name.value));
}
