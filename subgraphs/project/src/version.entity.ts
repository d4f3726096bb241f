import { Directive, Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { PathChange } from './changeset.ts';
import { Project } from './project.entity.ts';
import type { ProvenanceRecord } from './project.input.ts';
import { Generation, TemplateMatch } from './reference.entity.ts';

export enum ChangeOperation {
  WRITE = 'WRITE',
  EDIT = 'EDIT',
  DELETE = 'DELETE',
  MOVE = 'MOVE',
}

registerEnumType(ChangeOperation, { name: 'ChangeOperation' });

@ObjectType({ description: 'The origin of content that a model wrote.' })
export class Provenance {
  @Field(() => Generation, { nullable: true })
  generation: Generation | null;

  @Field(() => [TemplateMatch])
  templates: TemplateMatch[];

  @Field(() => String)
  model: string;

  @Field(() => String)
  provider: string;

  @Field(() => String)
  promptSha256: string;

  static from(record: ProvenanceRecord): Provenance {
    const { generationId, templates, model, provider, promptSha256 } = record;
    return Object.assign(new Provenance(), {
      generation: { id: generationId },
      templates: templates.map(({ id, score }) => ({ template: { id }, score })),
      model,
      provider,
      promptSha256,
    });
  }
}

/** The change of one path by a version, or between two versions. */
@ObjectType()
@Directive('@shareable')
export class FileChange {
  @Field(() => String)
  path: string;

  @Field(() => ChangeOperation)
  operation: ChangeOperation;

  projectId: string;
  /** SHA-256 of the content before and after; null if the file did not or does not exist. */
  beforeSha256: string | null;
  afterSha256: string | null;

  static from(projectId: string, { path, operation, before, after }: PathChange): FileChange {
    return Object.assign(new FileChange(), {
      path,
      operation: ChangeOperation[operation],
      projectId,
      beforeSha256: before,
      afterSha256: after,
    });
  }
}

/** One immutable state of a project's files. */
@ObjectType()
@Directive('@key(fields: "id")')
export class Version {
  @Field(() => ID)
  id: string;

  @Field(() => Int)
  number: number;

  @Field(() => String)
  message: string;

  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  projectId: string;
  authorId: string;
  pathChanges: readonly PathChange[];
  /** Locked paths that the generation wanted to change. */
  leftAlone: readonly string[];
  provenanceRecord: ProvenanceRecord | null;
  /** Hash of the request that created it, so that a repeated request returns the same version. */
  requestSha256: string | null;
  /** Whether it is confirmed as part of its project. The head is part of it even if this is false. */
  committed: boolean;
}

@ObjectType()
export class ProjectChange {
  @Field(() => Project)
  project: Project;

  @Field(() => Version, {
    nullable: true,
    description: "Null if only the project's own fields changed.",
  })
  version: Version | null;
}
