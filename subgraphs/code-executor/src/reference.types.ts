import { Directive, Field, ID, ObjectType } from 'type-graphql';

// Entities of the project subgraph, of which this one knows the ids.

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
