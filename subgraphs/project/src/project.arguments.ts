import { Field, ID, InputType, Int } from 'type-graphql';
import { ChangeOperation } from './version.entity.ts';

// The types of the arguments. project.input.ts validates their values.

@InputType()
export class CreateProjectInput {
  @Field(() => String)
  name: string;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => String, { nullable: true })
  language?: string | null;

  @Field(() => String, { nullable: true })
  framework?: string | null;
}

@InputType()
export class UpdateProjectInput {
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  description?: string | null;
}

@InputType({
  description:
    'WRITE requires content or contentBase64; EDIT requires search and replace; MOVE requires to. ifSha256 is the required hash of the current content.',
})
export class ChangeInput {
  @Field(() => ChangeOperation)
  operation: ChangeOperation;

  @Field(() => String)
  path: string;

  @Field(() => String, { nullable: true })
  content?: string | null;

  @Field(() => String, { nullable: true })
  contentBase64?: string | null;

  @Field(() => String, { nullable: true })
  search?: string | null;

  @Field(() => String, { nullable: true })
  replace?: string | null;

  @Field(() => String, { nullable: true })
  to?: string | null;

  @Field(() => String, { nullable: true })
  ifSha256?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'With WRITE: refused if the file exists.' })
  ifAbsent?: boolean | null;
}

@InputType()
export class ApplyChangesetInput {
  @Field(() => ID)
  projectId: string;

  @Field(() => Int)
  baseVersion: number;

  @Field(() => String)
  message: string;

  @Field(() => [ChangeInput])
  changes: ChangeInput[];

  @Field(() => String)
  idempotencyKey: string;
}
