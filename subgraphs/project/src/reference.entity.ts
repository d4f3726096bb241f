import 'reflect-metadata';
import { Directive, Field, Float, ID, ObjectType } from 'type-graphql';

// References to entities of other subgraphs, by id. User gets the field `projects`.

@ObjectType()
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Generation {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Template {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@shareable')
export class TemplateMatch {
  @Field(() => Template, { nullable: true })
  template: Template | null;

  @Field(() => Float)
  score: number;
}
