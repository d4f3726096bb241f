import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { FileTree, TreeFile } from './file.tree.ts';

@InterfaceType({ resolveType: (entry) => ('entries' in entry ? 'Folder' : 'File') })
export abstract class TreeEntry {
  @Field(() => String)
  name: string;

  @Field(() => String)
  path: string;
}

@ObjectType({ implements: TreeEntry })
export class Folder extends TreeEntry {
  @Field(() => [TreeEntry])
  entries: TreeEntry[];
}

@ObjectType({ implements: TreeEntry, description: 'content is null for a binary file; contentBase64 is never null.' })
export class File extends TreeEntry {
  @Field(() => String)
  sha256: string;

  @Field(() => Int)
  bytes: number;

  projectId: string;
  /** The version that introduced this content. */
  versionId: string;
}

export function toFile(projectId: string, path: string, { sha256, bytes, versionId }: TreeFile): File {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return Object.assign(new File(), { name, path, sha256, bytes, projectId, versionId });
}

/** @returns the entries of a tree: folders before files, each sorted by name */
export function toEntries(projectId: string, tree: FileTree): TreeEntry[] {
  const root: TreeEntry[] = [];
  const folders = new Map<string, Folder>();
  const open = (path: string): TreeEntry[] => {
    if (path === '') return root;
    const known = folders.get(path);
    if (known) return known.entries;
    const slash = path.lastIndexOf('/');
    const folder = Object.assign(new Folder(), { name: path.slice(slash + 1), path, entries: [] });
    folders.set(path, folder);
    open(path.slice(0, Math.max(0, slash))).push(folder);
    return folder.entries;
  };
  for (const [path, file] of tree.entries()) {
    open(path.slice(0, Math.max(0, path.lastIndexOf('/')))).push(toFile(projectId, path, file));
  }
  for (const entries of [root, ...folders.values().map(({ entries }) => entries)]) {
    entries.sort((a, b) => Number(b instanceof Folder) - Number(a instanceof Folder));
  }
  return root;
}
