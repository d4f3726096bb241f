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

@ObjectType({ description: 'Where the content came from, when a model wrote it.' })
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

/** What a version, or the difference of two, did to one path. */
@ObjectType()
export class FileChange {
  @Field(() => String)
  path: string;

  @Field(() => ChangeOperation)
  operation: ChangeOperation;

  projectId: string;
  /** Content's SHA-256 before and after; null where there was or is no file. */
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

/** One state of a project's files. It never changes. */
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
  provenanceRecord: ProvenanceRecord | null;
  /** Of the request that made it: the same request again gets the same version. */
  requestSha256: string | null;
  /** Whether it became part of its project. The head of a project is, whatever this says. */
  committed: boolean;
}

@ObjectType()
export class ProjectChange {
  @Field(() => Project)
  project: Project;

  @Field(() => Version, {
    nullable: true,
    description: "Null when only the project's own fields changed.",
  })
  version: Version | null;
}
