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

  /** The name of its directory. */
  @Property({ type: 'text' })
  slug: string;

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
