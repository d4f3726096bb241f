import { defineConnectionType } from '@vibecode/platform/connection';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Generation } from './generation.entity.ts';

/** Entities of other subgraphs, of which this one knows the ids. */

@ObjectType()
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
export class Project {
  @Field(() => ID)
  id: string;
}

@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
export class Version {
  @Field(() => ID)
  id: string;
}

export const GenerationConnection = defineConnectionType('Generation', Generation);
