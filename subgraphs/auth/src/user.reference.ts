import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A reference to a user. The user service owns users. */
@ObjectType('User')
@Directive('@key(fields: "id", resolvable: false)')
export class UserReference {
  @Field(() => ID)
  id: string;
}
