/** The project's files in memory. Programs may read and write them; changes are lost at the end. */
export const files = new Map<string, Uint8Array>();
export const folders = new Set<string>(['/', '/tmp', '/work']);

/** @param path absolute path */
export function addProjectFile(path: string, content: Uint8Array): void {
  files.set(path, content);
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    folders.add(path.slice(0, slash));
}
