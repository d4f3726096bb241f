import 'reflect-metadata';
import { Directive, Field, Float, ID, ObjectType } from 'type-graphql';

// Entities of other subgraphs. This one knows their ids only, and that a project's owner has projects.

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
