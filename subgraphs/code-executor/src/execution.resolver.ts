import { requireViewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ExecutorContext } from './context.ts';
import { Execution } from './execution.entity.ts';
import { Project, Version } from './reference.types.ts';
import { Runtime } from './runtime.type.ts';

@InputType()
export class RunFileInput {
  @Field(() => String)
  path: string;

  @Field(() => String)
  content: string;
}

@InputType()
export class RunInput {
  @Field(() => String)
  runtime: string;

  @Field(() => [RunFileInput])
  files: RunFileInput[];

  @Field(() => String)
  entrypoint: string;

  @Field(() => [String], { nullable: true })
  args?: string[] | null;

  @Field(() => String, { nullable: true })
  stdin?: string | null;
}

@InputType()
export class RunProjectInput {
  @Field(() => ID)
  projectId: string;

  @Field(() => Int, { nullable: true })
  version?: number | null;

  @Field(() => String, { nullable: true })
  runtime?: string | null;

  @Field(() => String, { nullable: true })
  entrypoint?: string | null;

  @Field(() => [String], { nullable: true })
  args?: string[] | null;

  @Field(() => String, { nullable: true })
  stdin?: string | null;
}

@Resolver(() => Execution)
export class ExecutionResolver {
  @Query(() => Execution, { nullable: true })
  execution(@Arg('id', () => ID) id: string, @Ctx() { em, viewer, service }: ExecutorContext): Promise<Execution> {
    return service.get(em, requireScope(viewer, 'execution:run'), id);
  }

  @Query(() => [Runtime])
  runtimes(@Ctx() { viewer, service }: ExecutorContext): Runtime[] {
    requireViewer(viewer);
    return service.runtimes;
  }

  @Mutation(() => Execution)
  run(
    @Arg('input', () => RunInput) input: RunInput,
    @Ctx() { em, viewer, service }: ExecutorContext,
  ): Promise<Execution> {
    return service.run(em, requireScope(viewer, 'execution:run'), input);
  }

  @Mutation(() => Execution)
  runProject(
    @Arg('input', () => RunProjectInput) input: RunProjectInput,
    @Ctx() { em, viewer, service }: ExecutorContext,
  ): Promise<Execution> {
    return service.runProject(em, requireScope(viewer, 'execution:run'), input);
  }

  @Mutation(() => Execution)
  cancelRun(@Arg('id', () => ID) id: string, @Ctx() { em, viewer, service }: ExecutorContext): Promise<Execution> {
    return service.cancel(em, requireScope(viewer, 'execution:run'), id);
  }

  @FieldResolver(() => String)
  stdout(@Root() { output }: Execution): string {
    return output.map(({ stream, text }) => (stream === 'STDOUT' ? text : '')).join('');
  }

  @FieldResolver(() => String)
  stderr(@Root() { output }: Execution): string {
    return output.map(({ stream, text }) => (stream === 'STDERR' ? text : '')).join('');
  }

  @FieldResolver(() => Runtime)
  runtime(@Root() { runtimeId, sandbox }: Execution, @Ctx() { service }: ExecutorContext): Runtime {
    const known = service.runtimes.find((runtime) => runtime.id === runtimeId && runtime.sandbox === sandbox);
    return known ?? { id: runtimeId, language: runtimeId, version: 'unknown', sandbox };
  }

  @FieldResolver(() => Project, { nullable: true })
  project(@Root() { projectId }: Execution): Project | null {
    return projectId === null ? null : Object.assign(new Project(), { id: projectId });
  }

  @FieldResolver(() => Version, { nullable: true })
  version(@Root() { versionId }: Execution): Version | null {
    return versionId === null ? null : Object.assign(new Version(), { id: versionId });
  }
}

@Resolver(() => Version)
export class VersionResolver {
  @FieldResolver(() => Execution, { nullable: true, description: "The viewer's latest run of this version." })
  lastRun(@Root() { id }: Version, @Ctx() { lastRuns }: ExecutorContext): Promise<Execution | null> {
    return lastRuns.load(id);
  }
}
