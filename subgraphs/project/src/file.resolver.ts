import {
  type Connection,
  defineConnectionType,
  encodeCursor,
  toConnection,
  toPage,
} from '@vibecode/platform/connection';
import { NotFoundError } from '@vibecode/platform/errors';
import { isText } from '@vibecode/platform/files/unified.diff';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { toBlobId } from './blob.repository.ts';
import type { ProjectContext } from './context.ts';
import { File, TreeEntry, toEntries, toFile } from './file.entity.ts';
import { findLanguage } from './file.language.ts';
import type { FileTree } from './file.tree.ts';
import { Project } from './project.entity.ts';
import { Provenance } from './version.entity.ts';
import { getVersion } from './version.resolver.ts';

const FileConnection = defineConnectionType('File', File);

/** The files of a version; null: of the head. */
async function getTree(context: ProjectContext, project: Project, version: number | null): Promise<FileTree> {
  const id = version === null ? project.headId : (await getVersion(context, project, version)).id;
  return context.loaders.trees.load(id);
}

@Resolver(() => Project)
export class ProjectFilesResolver {
  @FieldResolver(() => [TreeEntry], { description: 'Folders before files, each sorted by name.' })
  async tree(
    @Root() project: Project,
    @Arg('version', () => Int, { nullable: true }) version: number | null,
    @Ctx() context: ProjectContext,
  ): Promise<TreeEntry[]> {
    return toEntries(project.id, await getTree(context, project, version ?? null));
  }

  @FieldResolver(() => FileConnection, {
    description: 'All files in path order, for projects that are too deep or too large for tree.',
  })
  async files(
    @Root() project: Project,
    @Arg('version', () => Int, { nullable: true }) version: number | null,
    @Arg('prefix', () => String, { defaultValue: '', nullable: true }) prefix: string,
    @Arg('first', () => Int, { defaultValue: 100, nullable: true }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: ProjectContext,
  ): Promise<Connection<File>> {
    const page = toPage(first, after);
    const tree = await getTree(context, project, version ?? null);
    const all = tree.entries().filter(([path]) => path.startsWith(prefix ?? ''));
    const afterPath = page.after?.[0];
    const remaining = afterPath === undefined ? all : all.filter(([path]) => path > afterPath);
    const files = remaining.slice(0, page.limit).map(([path, file]) => toFile(project.id, path, file));
    return toConnection(files, page, all.length, ({ path }) => encodeCursor(path));
  }

  @FieldResolver(() => File, { nullable: true })
  async file(
    @Root() project: Project,
    @Arg('path', () => String) path: string,
    @Arg('version', () => Int, { nullable: true }) version: number | null,
    @Ctx() context: ProjectContext,
  ): Promise<File> {
    const file = (await getTree(context, project, version ?? null)).get(path);
    if (!file) throw new NotFoundError('file', path);
    return toFile(project.id, path, file);
  }
}

@Resolver(() => File)
export class FileResolver {
  @FieldResolver(() => String, { nullable: true })
  async content(@Root() file: File, @Ctx() context: ProjectContext): Promise<string | null> {
    const content = await getContent(context, file);
    return isText(content) ? content.toString('utf8') : null;
  }

  @FieldResolver(() => String)
  async contentBase64(@Root() file: File, @Ctx() context: ProjectContext): Promise<string> {
    return (await getContent(context, file)).toString('base64');
  }

  @FieldResolver(() => String, { nullable: true, description: "Determined by the file's name." })
  language(@Root() file: File): string | null {
    return findLanguage(file.name);
  }

  @FieldResolver(() => Provenance, {
    nullable: true,
    description: 'The provenance of the version that introduced this content.',
  })
  async provenance(@Root() file: File, @Ctx() { loaders }: ProjectContext): Promise<Provenance | null> {
    const record = (await loaders.versions.load(file.versionId))?.provenanceRecord;
    return record ? Provenance.from(record) : null;
  }
}

async function getContent({ loaders }: ProjectContext, { projectId, sha256 }: File): Promise<Buffer> {
  const content = await loaders.blobs.load(toBlobId(projectId, sha256));
  if (!content) throw new Error(`The content ${sha256} of project ${projectId} is missing.`);
  return content;
}
