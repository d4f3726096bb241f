import { toUnifiedDiff } from '@vibecode/platform/files/unified.diff';
import { requireScope } from '@vibecode/platform/scope';
import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import type { ProposedChange } from './answer/answer.proposal.ts';
import type { GenerationContext } from './context.ts';
import { Generation } from './generation.entity.ts';
import { findProposal } from './review.repository.ts';

/** The same in every subgraph that has it. */
enum ChangeOperation {
  WRITE = 'WRITE',
  EDIT = 'EDIT',
  DELETE = 'DELETE',
  MOVE = 'MOVE',
}
registerEnumType(ChangeOperation, { name: 'ChangeOperation' });

@ObjectType()
@Directive('@shareable')
export class FileChange {
  @Field(() => String)
  path: string;

  @Field(() => ChangeOperation)
  operation: ChangeOperation;

  @Field(() => String, { nullable: true })
  before: string | null;

  @Field(() => String, { nullable: true })
  after: string | null;
}

function toFileChange({ path, before, after }: ProposedChange): FileChange {
  const operation = before === null ? 'WRITE' : after === null ? 'DELETE' : 'EDIT';
  return Object.assign(new FileChange(), { path, before, after, operation: ChangeOperation[operation] });
}

@Resolver(() => FileChange)
export class ProposedChangeResolver {
  @FieldResolver(() => String, { description: 'In the unified format; empty without differences.' })
  diff(@Root() { path, before, after }: FileChange): string {
    const [old, written] = [before, after].map((text) => (text === null ? null : Buffer.from(text)));
    return toUnifiedDiff(path, old ?? null, written ?? null);
  }
}

@Resolver(() => Generation)
export class ReviewResolver {
  @Mutation(() => Generation, {
    description:
      'Applies what waits in REVIEW: all of it, or these paths only. Refused where the project has changed in the same place since.',
  })
  acceptGeneration(
    @Arg('id', () => ID) id: string,
    @Arg('paths', () => [String], { nullable: true }) paths: string[] | null,
    @Ctx() { reviews, viewer }: GenerationContext,
  ): Promise<Generation> {
    return reviews.accept(requireScope(viewer, 'generation:write'), id, paths);
  }

  @Mutation(() => Generation, { description: 'Drops what waits in REVIEW.' })
  rejectGeneration(
    @Arg('id', () => ID) id: string,
    @Ctx() { reviews, viewer }: GenerationContext,
  ): Promise<Generation> {
    return reviews.reject(requireScope(viewer, 'generation:write'), id);
  }

  @FieldResolver(() => [FileChange], {
    description: 'The changes that wait in REVIEW, in path order; empty afterwards.',
  })
  async proposed(
    @Root() { id, reviewedAt, isTerminal }: Generation,
    @Ctx() { em }: GenerationContext,
  ): Promise<FileChange[]> {
    if (reviewedAt === null || isTerminal) return [];
    return (await findProposal(em, id)).map(toFileChange);
  }
}
