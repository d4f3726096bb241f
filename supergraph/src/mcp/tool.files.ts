import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { OperationFile, ToolProblem } from '@vibecode/platform/tools/tool';

export interface ReadFiles {
  readonly files: readonly OperationFile[];
  readonly problems: readonly ToolProblem[];
}

/** Larger ones are not operations that somebody wrote. */
const MAX_FILE_BYTES = 1_048_576;
/** Kubernetes mounts files as links into hidden folders beside them. */
const isOperationFile = (name: string): boolean =>
  /\.(graphql|gql)$/.test(name) && !name.split(sep).some((part) => part.startsWith('.'));

/**
 * Reads `.graphql` and `.gql` files, and folders of them with the folders below. What cannot be read is a problem.
 * @param paths relative to `base`; problems and files are named by them
 */
export async function readOperationFiles(paths: readonly string[], base: string): Promise<ReadFiles> {
  const problems: ToolProblem[] = [];
  const files: OperationFile[] = [];
  for (const path of paths) {
    try {
      for (const file of await listFiles(path, base)) {
        const { size } = await stat(resolve(base, file));
        if (size > MAX_FILE_BYTES)
          problems.push({
            file,
            operation: null,
            message: `It has ${size} bytes; at most ${MAX_FILE_BYTES} are read.`,
          });
        else files.push({ path: file, text: await readFile(resolve(base, file), 'utf8') });
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      problems.push({ file: path, operation: null, message: `It cannot be read (${code ?? message}).` });
    }
  }
  return { files, problems };
}

async function listFiles(path: string, base: string): Promise<string[]> {
  if (!(await stat(resolve(base, path))).isDirectory()) return [path];
  const names = await readdir(resolve(base, path), { recursive: true });
  return names
    .filter(isOperationFile)
    .sort()
    .map((name) => join(path, name));
}

/** Calls `onChange` when one of the files or folders may have changed. What cannot be watched is not. */
export function watchOperationFiles(paths: readonly string[], base: string, onChange: () => void): Disposable {
  const watchers = paths.flatMap((path) => {
    const full = resolve(base, path);
    const started = startWatch(full, true, onChange);
    // Editors and Kubernetes replace files, which ends a watch of the file itself.
    return started ? [started] : (startWatch(dirname(full), false, onChange) ?? []);
  });
  return {
    [Symbol.dispose]() {
      for (const watcher of watchers) watcher.close();
    },
  };
}

function startWatch(path: string, recursive: boolean, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(path, { persistent: false, recursive }, () => onChange());
    watcher.on('error', onChange);
    return watcher;
  } catch {
    return null; // It is not there; the registry has reported that.
  }
}
