import { foldPath, toFolders } from '@vibecode/platform/file.path';
import { PathInvalidError } from './errors.ts';
import { comparePaths } from './file.path.ts';

/** A file, identified by the hash of its content. */
export interface TreeFile {
  readonly sha256: string;
  readonly bytes: number;
  /** The version that introduced this content. */
  readonly versionId: string;
}

/** The nested form of the files in a version's document. */
export interface FolderNode {
  readonly files: readonly (TreeFile & { readonly name: string })[];
  readonly folders: readonly (FolderNode & { readonly name: string })[];
}

export const EMPTY_FOLDER: FolderNode = { files: [], folders: [] };

/** The files of one version, by path. File systems can distinguish all of its paths. */
export class FileTree {
  readonly #files = new Map<string, TreeFile>();
  /** Paths of files by their folded path. */
  readonly #fileNames = new Map<string, string>();
  /** Folders by their folded path, with the path and the number of files below. */
  readonly #folders = new Map<string, { readonly path: string; files: number }>();

  static fromNode(node: FolderNode): FileTree {
    const tree = new FileTree();
    const add = (folder: FolderNode, prefix: string) => {
      for (const { name, sha256, bytes, versionId } of folder.files) {
        tree.set(prefix + name, { sha256, bytes, versionId }, 'path');
      }
      for (const child of folder.folders) add(child, `${prefix}${child.name}/`);
    };
    add(node, '');
    return tree;
  }

  get size(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#files.values().reduce((sum, file) => sum + file.bytes, 0);
  }

  get(path: string): TreeFile | undefined {
    return this.#files.get(path);
  }

  isFolder(path: string): boolean {
    return this.#folders.get(foldPath(path))?.path === path;
  }

  /** The files in path order. */
  entries(): [path: string, file: TreeFile][] {
    return [...this.#files].sort(([a], [b]) => comparePaths(a, b));
  }

  /**
   * @param field the path's position in the input, for the error
   * @throws {PathInvalidError} if the path conflicts with an existing file or folder
   */
  set(path: string, file: TreeFile, field: string): void {
    if (!this.#files.has(path)) {
      this.#assertFree(path, field);
      this.#fileNames.set(foldPath(path), path);
      for (const folder of toFolders(path)) {
        const known = this.#folders.get(foldPath(folder));
        if (known) known.files += 1;
        else this.#folders.set(foldPath(folder), { path: folder, files: 1 });
      }
    }
    this.#files.set(path, file);
  }

  delete(path: string): void {
    if (!this.#files.delete(path)) return;
    this.#fileNames.delete(foldPath(path));
    for (const folder of toFolders(path)) {
      const known = this.#folders.get(foldPath(folder));
      if (known && --known.files === 0) this.#folders.delete(foldPath(folder));
    }
  }

  copy(): FileTree {
    const copy = new FileTree();
    for (const [path, file] of this.#files) copy.#files.set(path, file);
    for (const [folded, path] of this.#fileNames) copy.#fileNames.set(folded, path);
    for (const [folded, folder] of this.#folders) copy.#folders.set(folded, { ...folder });
    return copy;
  }

  toNode(): FolderNode {
    interface Draft {
      files: (TreeFile & { name: string })[];
      folders: (Draft & { name: string })[];
    }
    const root: Draft = { files: [], folders: [] };
    const drafts = new Map<string, Draft>([['', root]]);
    const open = (path: string): Draft => {
      const known = drafts.get(path);
      if (known) return known;
      const slash = path.lastIndexOf('/');
      const draft = { name: path.slice(slash + 1), files: [], folders: [] };
      open(path.slice(0, Math.max(0, slash))).folders.push(draft);
      drafts.set(path, draft);
      return draft;
    };
    for (const [path, { sha256, bytes, versionId }] of this.entries()) {
      const slash = path.lastIndexOf('/');
      const folder = open(path.slice(0, Math.max(0, slash)));
      folder.files.push({ name: path.slice(slash + 1), sha256, bytes, versionId });
    }
    return root;
  }

  #assertFree(path: string, field: string): void {
    const folded = foldPath(path);
    const twin = this.#fileNames.get(folded);
    if (twin)
      throw new PathInvalidError(field, path, `is equal to the path of the file '${twin}' on systems that ignore case`);
    const folder = this.#folders.get(folded);
    if (folder) throw new PathInvalidError(field, path, `is the path of the folder '${folder.path}'`);
    for (const parent of toFolders(path)) {
      const file = this.#fileNames.get(foldPath(parent));
      if (file) throw new PathInvalidError(field, path, `lies below '${file}', which is a file`);
      const known = this.#folders.get(foldPath(parent));
      if (known && known.path !== parent) {
        throw new PathInvalidError(
          field,
          path,
          `is in a folder that differs from '${known.path}' only by upper and lower case`,
        );
      }
    }
  }
}
