import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A reference to ai-generation's entity. */
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Generation {
  @Field(() => ID)
  id: string;
}
