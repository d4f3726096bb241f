import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Execution } from './execution.entity.ts';

export enum OutputStream {
  STDOUT = 'STDOUT',
  STDERR = 'STDERR',
}

registerEnumType(OutputStream, { name: 'OutputStream' });

/** A piece of a run's output. The last piece of every run has neither stream nor text, and means that the run has finished. */
@ObjectType()
export class ExecutionOutput {
  executionId: string;

  @Field(() => Int)
  seq: number;

  @Field(() => OutputStream, { nullable: true })
  stream: OutputStream | null;

  @Field(() => String, { nullable: true })
  text: string | null;

  @Field(() => Execution)
  execution?: Execution;
}
