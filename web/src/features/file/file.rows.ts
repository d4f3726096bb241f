/** A line of the file list. */
export interface FileListRow {
  readonly kind: 'folder' | 'file';
  readonly path: string;
  readonly name: string;
  /** 0 at the top. */
  readonly depth: number;
}

/**
 * The lines of a tree made of paths: folders before files, each by name; what is in a closed folder is left out. With a
 * search, the files whose path has it, flat and under their whole path.
 */
export function toFileRows(
  paths: readonly string[],
  { closed, search }: { readonly closed: ReadonlySet<string>; readonly search: string },
): FileListRow[] {
  const wanted = search.trim().toLowerCase();
  if (wanted !== '')
    return paths
      .filter((path) => path.toLowerCase().includes(wanted))
      .map((path) => ({ kind: 'file', path, name: path, depth: 0 }));
  const root: Folder = { folders: new Map(), files: [] };
  for (const path of paths) {
    const names = path.split('/');
    const file = names.pop() ?? path;
    let folder = root;
    for (const name of names) {
      const next = folder.folders.get(name) ?? { folders: new Map(), files: [] };
      folder.folders.set(name, next);
      folder = next;
    }
    folder.files.push(file);
  }
  const rows: FileListRow[] = [];
  addRows(root, '', 0, closed, rows);
  return rows;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
}

const byName = (one: string, other: string) => (one < other ? -1 : 1);

function addRows(
  folder: Folder,
  prefix: string,
  depth: number,
  closed: ReadonlySet<string>,
  rows: FileListRow[],
): void {
  for (const name of [...folder.folders.keys()].sort(byName)) {
    const path = `${prefix}${name}`;
    rows.push({ kind: 'folder', path, name, depth });
    const inner = folder.folders.get(name);
    if (inner && !closed.has(path)) addRows(inner, `${path}/`, depth + 1, closed, rows);
  }
  for (const name of folder.files.sort(byName)) rows.push({ kind: 'file', path: `${prefix}${name}`, name, depth });
}

const FIRST_CHOICES = [
  'index.js',
  'main.js',
  'index.ts',
  'main.ts',
  'main.py',
  'app.py',
  'src/index.js',
  'src/index.ts',
];

/** The file to show of a project that nobody has chosen one of. */
export function findMainFile(paths: readonly string[]): string | null {
  const known = FIRST_CHOICES.find((path) => paths.includes(path));
  return known ?? paths.find((path) => /(^|\/)(index|main|app)\.[^/]+$/.test(path)) ?? paths[0] ?? null;
}
