import { Field, ID, ObjectType } from 'type-graphql';

/** A language that programs can be run in. */
@ObjectType()
export class Runtime {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  language: string;

  @Field(() => String)
  version: string;

  @Field(() => String)
  sandbox: string;
}
