import { Field, ID, ObjectType } from 'type-graphql';

/** A language in which programs can run. */
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
