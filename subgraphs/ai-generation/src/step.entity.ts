import { Field, GraphQLISODateTime, Int, ObjectType } from 'type-graphql';
import type { ProposedChange } from './answer/answer.proposal.ts';
import { GenerationStatus } from './generation.status.ts';

/** One call of the model among several: a step of a generation in steps, or a repair. */
@ObjectType()
export class GenerationStep {
  /** In the order of the calls, from 1. */
  position: number;

  @Field(() => String, { description: 'plan, manifest, dependencies, components or tests; repair.' })
  name: string;

  /** Which of its kind it is, from 1. */
  number: number;

  /** How many of its kind there may be. */
  total: number;

  @Field(() => GenerationStatus, {
    description: 'QUEUED, STREAMING, COMPLETED, FAILED, or CANCELLED where the generation ended before it.',
  })
  status: GenerationStatus;

  promptTokens: number;

  @Field(() => Int)
  completionTokens: number;

  @Field(() => GraphQLISODateTime, { nullable: true })
  startedAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt: Date | null;

  /** The answer; null before it is whole, and once the generation has ended. */
  text: string | null;

  /** What it makes of the project and of the earlier steps; null likewise. */
  changes: readonly ProposedChange[] | null;

  leftAlone: readonly string[];
}
