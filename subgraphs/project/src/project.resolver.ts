import { NotFoundError } from '@vibecode/platform/errors';
import { requireViewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import {
  Arg,
  Ctx,
  Directive,
  FieldResolver,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { ProjectContext } from './context.ts';
import { ApplyChangesetInput, CreateProjectInput, UpdateProjectInput } from './project.arguments.ts';
import { Member, Project } from './project.entity.ts';
import type { ProjectNews } from './project.watch.ts';
import { User } from './reference.entity.ts';
import { ProjectChange, Version } from './version.entity.ts';

@Resolver(() => Project)
export class ProjectResolver {
  @Query(() => Project, { nullable: true })
  async project(@Arg('id', () => ID) id: string, @Ctx() { viewer, loaders }: ProjectContext): Promise<Project> {
    requireScope(viewer, 'project:read');
    const project = await loaders.projects.load(id);
    if (!project) throw new NotFoundError('project', id);
    return project;
  }

  @Mutation(() => Project)
  createProject(
    @Arg('input', () => CreateProjectInput) input: CreateProjectInput,
    @Ctx() { viewer, projectService }: ProjectContext,
  ): Promise<Project> {
    return projectService.create(viewer, input);
  }

  @Mutation(() => Project)
  updateProject(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => UpdateProjectInput) input: UpdateProjectInput,
    @Ctx() { viewer, projectService }: ProjectContext,
  ): Promise<Project> {
    return projectService.update(requireViewer(viewer), id, input);
  }

  @Mutation(() => Boolean)
  async deleteProject(
    @Arg('id', () => ID) id: string,
    @Ctx() { viewer, projectService }: ProjectContext,
  ): Promise<boolean> {
    await projectService.delete(requireViewer(viewer), id);
    return true;
  }

  @Mutation(() => Version, { description: 'Applies all changes or none.' })
  applyChangeset(
    @Arg('input', () => ApplyChangesetInput) input: ApplyChangesetInput,
    @Ctx() { viewer, changesetService }: ProjectContext,
  ): Promise<Version> {
    return changesetService.applyInput(requireViewer(viewer), input);
  }

  @Mutation(() => Version, { description: 'Creates a new version with the files of an old one.' })
  restoreVersion(
    @Arg('projectId', () => ID) projectId: string,
    @Arg('number', () => Int) number: number,
    @Ctx() { viewer, changesetService }: ProjectContext,
  ): Promise<Version> {
    return changesetService.restore(requireViewer(viewer), projectId, number);
  }

  @Mutation(() => Project, {
    description: 'No generation changes a locked path: a file, or a folder with all that is in it. Users may.',
  })
  lockPaths(
    @Arg('projectId', () => ID) projectId: string,
    @Arg('paths', () => [String]) paths: string[],
    @Ctx() { viewer, projectService }: ProjectContext,
  ): Promise<Project> {
    return projectService.lockPaths(requireViewer(viewer), projectId, paths);
  }

  @Mutation(() => Project)
  unlockPaths(
    @Arg('projectId', () => ID) projectId: string,
    @Arg('paths', () => [String]) paths: string[],
    @Ctx() { viewer, projectService }: ProjectContext,
  ): Promise<Project> {
    return projectService.unlockPaths(requireViewer(viewer), projectId, paths);
  }

  @Subscription(() => ProjectChange, {
    description: 'The versions after afterVersion, past ones first, then live ones; without it, only live ones.',
    subscribe: ({ args, context }) => {
      const { viewer, watch, signal } = context as ProjectContext;
      return watch(viewer, { projectId: args.projectId, afterVersion: args.afterVersion ?? null, signal }) as never;
    },
  })
  @Directive('@resumable(cursor: "version.number", argument: "afterVersion")')
  projectChanged(
    @Root() news: ProjectNews,
    @Arg('projectId', () => ID) _projectId: string,
    @Arg('afterVersion', () => Int, { nullable: true }) _afterVersion: number | null,
  ): ProjectChange {
    return Object.assign(new ProjectChange(), news);
  }

  @FieldResolver(() => User, { nullable: true })
  owner(@Root() project: Project): User {
    return Object.assign(new User(), { id: project.ownerId });
  }

  @FieldResolver(() => [Member])
  members(@Root() project: Project): Member[] {
    return project.memberRecords.map(({ userId, role }) =>
      Object.assign(new Member(), { user: Object.assign(new User(), { id: userId }), role }),
    );
  }

  @FieldResolver(() => Version)
  async head(@Root() project: Project, @Ctx() { loaders }: ProjectContext): Promise<Version> {
    const version = await loaders.versions.load(project.headId);
    if (!version) throw new NotFoundError('project', project.id);
    return version;
  }
}
