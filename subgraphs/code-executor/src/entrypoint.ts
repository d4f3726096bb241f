import { EntrypointUnknownError } from './errors.ts';
import type { ProgramFile } from './execution.input.ts';

const RUNTIME_OF_EXTENSION: Readonly<Record<string, string>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'typescript',
  py: 'python',
};

const EXTENSIONS_OF_RUNTIME: Readonly<Record<string, readonly string[]>> = {
  javascript: ['js', 'mjs', 'cjs'],
  typescript: ['ts', 'mts', 'cts', 'tsx'],
  python: ['py'],
};

const COMMON_NAMES = ['main', 'index', 'app', '__main__', 'cli', 'server', 'program'];
const COMMON_FOLDERS = ['', 'src/', 'app/', 'bin/', 'lib/'];

export interface Start {
  readonly runtime: string;
  readonly entrypoint: string;
}

/**
 * Determines the entry file and runtime of a project: the given values, then `scripts.start` and `main` of package.json, then
 * files with common names in the project's language, then the only program file.
 *
 * @throws EntrypointUnknownError with the searched names
 */
export function findStart(
  files: readonly ProgramFile[],
  given: { readonly runtime?: string | null; readonly entrypoint?: string | null; readonly language?: string | null },
): Start {
  const paths = new Set(files.map(({ path }) => path));
  const { entrypoint } = given;
  if (entrypoint) {
    if (!paths.has(entrypoint)) {
      throw new EntrypointUnknownError(`The file '${entrypoint}' is not among the ${paths.size} files.`, [entrypoint]);
    }
    return { entrypoint, runtime: given.runtime ?? getRuntime(entrypoint) };
  }
  const looked: string[] = [];
  const isCandidate = (path: string): boolean => {
    looked.push(path);
    return paths.has(path) && (!given.runtime || runtimeOf(path) === given.runtime);
  };
  const language = given.runtime ?? toRuntime(given.language);
  const order = [language, 'javascript', 'typescript', 'python'].filter(
    (runtime, index, all): runtime is string =>
      runtime !== null && all.indexOf(runtime) === index && (!given.runtime || runtime === given.runtime),
  );
  const found =
    findInManifest(files)?.find((path) => isCandidate(path) && runtimeOf(path)) ??
    order
      .flatMap((runtime) =>
        COMMON_FOLDERS.flatMap((folder) =>
          COMMON_NAMES.flatMap((name) =>
            (EXTENSIONS_OF_RUNTIME[runtime] ?? []).map((extension) => `${folder}${name}.${extension}`),
          ),
        ),
      )
      .find(isCandidate) ??
    findOnly(paths, given.runtime ?? null);
  if (!found) {
    throw new EntrypointUnknownError(
      `The file to start is unknown. package.json does not name an existing file in 'main' or 'scripts.start', neither the project nor its src folder has a file main, index or app (.js, .ts, .py), and the project does not have exactly one program file. Set 'entrypoint'.`,
      [...new Set(['package.json', ...looked.slice(0, 40)])],
    );
  }
  return { entrypoint: found, runtime: given.runtime ?? getRuntime(found) };
}

function runtimeOf(path: string): string | null {
  return RUNTIME_OF_EXTENSION[path.slice(path.lastIndexOf('.') + 1)] ?? null;
}

function getRuntime(path: string): string {
  const runtime = runtimeOf(path);
  if (runtime) return runtime;
  throw new EntrypointUnknownError(
    `The language of the file '${path}' is unknown: expected one of the extensions .${Object.keys(RUNTIME_OF_EXTENSION).join(', .')}. Set 'runtime'.`,
    [path],
  );
}

function toRuntime(language: string | null | undefined): string | null {
  const name = language?.toLowerCase() ?? '';
  const aliases: Readonly<Record<string, string>> = {
    js: 'javascript',
    node: 'javascript',
    ts: 'typescript',
    py: 'python',
  };
  return aliases[name] ?? (name in EXTENSIONS_OF_RUNTIME ? name : null);
}

/** Files that package.json names: in `scripts.start` (`node src/x.js`, `tsx src/x.ts`), then in `main`. */
function findInManifest(files: readonly ProgramFile[]): string[] | null {
  const manifest = files.find(({ path }) => path === 'package.json');
  if (!manifest) return null;
  let parsed: { main?: unknown; scripts?: { start?: unknown } } | null;
  try {
    parsed = JSON.parse(manifest.content.toString());
  } catch {
    // A manifest that is not JSON is ignored, and common names are searched next.
    return null;
  }
  const script = typeof parsed?.scripts?.start === 'string' ? parsed.scripts.start.split(/\s+/) : [];
  const main = typeof parsed?.main === 'string' ? [parsed.main] : [];
  return [...script, ...main]
    .map((path) => path.replace(/^\.\//, ''))
    .flatMap((path) => (runtimeOf(path) ? [path] : [`${path}.js`, `${path}.ts`, `${path}/index.js`]));
}

function findOnly(paths: ReadonlySet<string>, runtime: string | null): string | null {
  const programs = [...paths].filter((path) => {
    const own = runtimeOf(path);
    return (
      own !== null &&
      (!runtime || own === runtime) &&
      !/(^|\/)(tests?|node_modules)\/|\.(test|spec|d)\.[jt]s$|(^|\/)test_[^/]*\.py$/.test(path)
    );
  });
  return programs.length === 1 ? programs[0]! : null;
}
