import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** ai-generation's entity, of which notifications know the id. */
@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Generation {
  @Field(() => ID)
  id: string;
}
