import { Directive, Field, ID, ObjectType } from 'type-graphql';

// References to entities of the project subgraph.

@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Project {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Version {
  @Field(() => ID)
  id: string;
}
