import {
  type Connection,
  defineConnectionType,
  encodeCursor,
  toConnection,
  toPage,
} from '@vibecode/platform/connection';
import { InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { isText, toUnifiedDiff } from '@vibecode/platform/files/unified.diff';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { toBlobId } from './blob.repository.ts';
import { compareTrees } from './changeset.ts';
import type { ProjectContext } from './context.ts';
import { Project } from './project.entity.ts';
import { User } from './reference.entity.ts';
import { FileChange, Provenance, Version } from './version.entity.ts';

const VersionConnection = defineConnectionType('Version', Version);

/** @throws {NotFoundError} the project has no such version */
export async function getVersion({ stores }: ProjectContext, project: Project, number: number): Promise<Version> {
  const version = await stores.versions.findByNumber(project, number);
  if (!version) throw new NotFoundError('version', String(number));
  return version;
}

@Resolver(() => Project)
export class ProjectVersionsResolver {
  @FieldResolver(() => Version, { nullable: true })
  version(
    @Root() project: Project,
    @Arg('number', () => Int) number: number,
    @Ctx() context: ProjectContext,
  ): Promise<Version> {
    return getVersion(context, project, number);
  }

  @FieldResolver(() => VersionConnection, { description: 'Newest first.' })
  async versions(
    @Root() project: Project,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { stores }: ProjectContext,
  ): Promise<Connection<Version>> {
    const page = toPage(first, after);
    const beforeNumber = page.after ? toNumber(page.after[0]) : project.headNumber + 1;
    const versions = await stores.versions.findPage(project, beforeNumber, page.limit);
    return toConnection(versions, page, project.headNumber + 1, ({ number }) => encodeCursor(number));
  }

  @FieldResolver(() => [FileChange], { description: 'The changes from one version to another.' })
  async diff(
    @Root() project: Project,
    @Arg('from', () => Int) from: number,
    @Arg('to', () => Int) to: number,
    @Ctx() context: ProjectContext,
  ): Promise<FileChange[]> {
    const versions = await Promise.all([from, to].map((number) => getVersion(context, project, number)));
    const [before, after] = await Promise.all(versions.map(({ id }) => context.loaders.trees.load(id)));
    return compareTrees(before!, after!).map((change) => FileChange.from(project.id, change));
  }
}

@Resolver(() => Version)
export class VersionResolver {
  @FieldResolver(() => User, { nullable: true })
  author(@Root() version: Version): User {
    return Object.assign(new User(), { id: version.authorId });
  }

  @FieldResolver(() => Project)
  async project(@Root() version: Version, @Ctx() { loaders }: ProjectContext): Promise<Project> {
    const project = await loaders.projects.load(version.projectId);
    if (!project) throw new NotFoundError('project', version.projectId);
    return project;
  }

  @FieldResolver(() => [FileChange])
  changes(@Root() version: Version): FileChange[] {
    return version.pathChanges.map((change) => FileChange.from(version.projectId, change));
  }

  @FieldResolver(() => Provenance, { nullable: true })
  provenance(@Root() version: Version): Provenance | null {
    return version.provenanceRecord && Provenance.from(version.provenanceRecord);
  }
}

@Resolver(() => FileChange)
export class FileChangeResolver {
  @FieldResolver(() => String, { nullable: true, description: 'Null if the file did not exist or was binary.' })
  before(@Root() change: FileChange, @Ctx() context: ProjectContext): Promise<string | null> {
    return findText(context, change.projectId, change.beforeSha256);
  }

  @FieldResolver(() => String, { nullable: true, description: 'Null if the file does not exist or is binary.' })
  after(@Root() change: FileChange, @Ctx() context: ProjectContext): Promise<string | null> {
    return findText(context, change.projectId, change.afterSha256);
  }

  @FieldResolver(() => String, { description: 'In the unified format; empty without differences.' })
  async diff(@Root() change: FileChange, @Ctx() context: ProjectContext): Promise<string> {
    const { projectId, beforeSha256, afterSha256, path } = change;
    const [before, after] = await Promise.all(
      [beforeSha256, afterSha256].map((sha256) => findContent(context, projectId, sha256)),
    );
    return toUnifiedDiff(path, before ?? null, after ?? null);
  }
}

async function findContent({ loaders }: ProjectContext, projectId: string, sha256: string | null) {
  return sha256 === null ? null : loaders.blobs.load(toBlobId(projectId, sha256));
}

async function findText(context: ProjectContext, projectId: string, sha256: string | null): Promise<string | null> {
  const content = await findContent(context, projectId, sha256);
  return content && isText(content) ? content.toString('utf8') : null;
}

function toNumber(field: string | undefined): number {
  const number = Number(field);
  if (!Number.isSafeInteger(number)) throw new InvalidInputError('after', "'after' is not a cursor of this list.");
  return number;
}
