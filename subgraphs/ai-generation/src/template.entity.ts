import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, Float, ID, ObjectType } from 'type-graphql';

@ObjectType()
export class TemplateFile {
  @Field(() => String)
  path: string;

  @Field(() => String)
  content: string;
}

/** A small project that runs: what retrieval finds, and blueprints are made from. */
@Entity({ tableName: 'template' })
@ObjectType()
@Directive('@key(fields: "id")')
export class Template {
  @PrimaryKey({ type: 'uuid' })
  @Field(() => ID)
  id: string;

  /** The user whose own it is, and who alone sees it; null for one of this package, which is everybody's. */
  @Property({ type: 'uuid', nullable: true })
  ownerId: string | null;

  /** The name of its directory; null for a user's own. */
  @Property({ type: 'text', nullable: true })
  slug: string | null;

  @Property({ type: 'text' })
  @Field(() => String)
  title: string;

  @Property({ type: 'text' })
  @Field(() => String)
  description: string;

  @Property({ type: 'text' })
  @Field(() => String)
  language: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true })
  framework: string | null;

  @Property({ type: 'string[]' })
  @Field(() => [String])
  tags: string[];

  @Property({ type: 'json' })
  @Field(() => [TemplateFile])
  files: TemplateFile[];

  /** Of all that a client sees; a change of it asks for a new embedding. */
  @Property({ type: 'text' })
  contentSha256: string;

  /** What is searched: as text, and embedded. */
  @Property({ type: 'text', lazy: true })
  document: string;
}

@ObjectType()
@Directive('@shareable')
export class TemplateMatch {
  /** Null when the template is gone. */
  @Field(() => Template, { nullable: true })
  template: Template | null;

  /** 0 to 1, 1 for the best match there can be. */
  @Field(() => Float)
  score: number;
}
