import { GraphQLJSON } from 'graphql-scalars';
import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import { Generation } from './generation.entity.ts';
import type { SequencedEvent } from './generation.events.ts';
import { GenerationStatus } from './generation.status.ts';

/** What happens to a generation, in order; `seq` runs from 1 without a gap. */
@InterfaceType({ resolveType: (event: { type: string }) => event.type })
export abstract class GenerationEvent {
  @Field(() => Int)
  seq: number;

  @Field(() => Generation)
  generation: Generation;
}

@ObjectType({ implements: GenerationEvent })
class StatusChanged extends GenerationEvent {
  @Field(() => GenerationStatus)
  status: GenerationStatus;
}

/** A piece of the answer; the texts of all of them, joined, are `Generation.text`. */
@ObjectType({ implements: GenerationEvent })
class TokenDelta extends GenerationEvent {
  @Field(() => String)
  text: string;
}

@ObjectType({ implements: GenerationEvent })
class FileStarted extends GenerationEvent {
  @Field(() => String)
  path: string;
}

/** A file is whole. A later one with the same path replaces it. */
@ObjectType({ implements: GenerationEvent })
class FileFinished extends GenerationEvent {
  @Field(() => String)
  path: string;

  @Field(() => Int)
  bytes: number;

  /** Of the content, in hex. */
  @Field(() => String)
  sha256: string;
}

@ObjectType({ implements: GenerationEvent })
class StepStarted extends GenerationEvent {
  @Field(() => String)
  name: string;

  @Field(() => Int)
  index: number;

  @Field(() => Int)
  of: number;
}

@ObjectType({ implements: GenerationEvent })
class ToolCalled extends GenerationEvent {
  @Field(() => String)
  name: string;

  @Field(() => GraphQLJSON)
  arguments: unknown;

  @Field(() => String)
  result: string;
}

/** Always the last event. */
@ObjectType({ implements: GenerationEvent })
class GenerationFinished extends GenerationEvent {
  @Field(() => GenerationStatus)
  status: GenerationStatus;

  @Field(() => Int)
  completionTokens: number;

  @Field(() => Int)
  durationMs: number;
}

export const generationEventTypes = [
  StatusChanged,
  TokenDelta,
  FileStarted,
  FileFinished,
  StepStarted,
  ToolCalled,
  GenerationFinished,
];

/** An event as resolvers pass it on: its generation is looked up only when it is asked for. */
export type EventOfGeneration = SequencedEvent & { readonly generationId: string };
