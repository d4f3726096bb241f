import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** The user service owns users; auth only says which one. */
@ObjectType('User')
@Directive('@key(fields: "id", resolvable: false)')
export class UserReference {
  @Field(() => ID)
  id: string;
}
