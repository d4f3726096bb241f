import { EntrypointUnknownError } from './errors.ts';
import type { ProgramFile } from './execution.input.ts';

const runtimeOfExtension: Readonly<Record<string, string>> = {
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

const extensionsOfRuntime: Readonly<Record<string, readonly string[]>> = {
  javascript: ['js', 'mjs', 'cjs'],
  typescript: ['ts', 'mts', 'cts', 'tsx'],
  python: ['py'],
};

const names = ['main', 'index', 'app', '__main__', 'cli', 'server', 'program'];
const folders = ['', 'src/', 'app/', 'bin/', 'lib/'];

export interface Start {
  readonly runtime: string;
  readonly entrypoint: string;
}

/**
 * How to start a project: what is given, then `scripts.start` and `main` of package.json, then files of usual names in
 * the project's language, then the only program there is.
 *
 * @throws EntrypointUnknownError saying what was looked for
 */
export function findStart(
  files: readonly ProgramFile[],
  given: { readonly runtime?: string | null; readonly entrypoint?: string | null; readonly language?: string | null },
): Start {
  const paths = new Set(files.map(({ path }) => path));
  const { entrypoint } = given;
  if (entrypoint) {
    if (!paths.has(entrypoint)) {
      throw new EntrypointUnknownError(`There is no file '${entrypoint}' among the ${paths.size} files.`, [entrypoint]);
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
        folders.flatMap((folder) =>
          names.flatMap((name) =>
            (extensionsOfRuntime[runtime] ?? []).map((extension) => `${folder}${name}.${extension}`),
          ),
        ),
      )
      .find(isCandidate) ??
    findOnly(paths, given.runtime ?? null);
  if (!found) {
    throw new EntrypointUnknownError(
      `Nothing says which file to start: package.json has no 'main' or 'scripts.start' that names a file, there is none of main, index or app (.js, .ts, .py) in the project or its src folder, and there is not exactly one program. Say 'entrypoint'.`,
      [...new Set(['package.json', ...looked.slice(0, 40)])],
    );
  }
  return { entrypoint: found, runtime: given.runtime ?? getRuntime(found) };
}

function runtimeOf(path: string): string | null {
  return runtimeOfExtension[path.slice(path.lastIndexOf('.') + 1)] ?? null;
}

function getRuntime(path: string): string {
  const runtime = runtimeOf(path);
  if (runtime) return runtime;
  throw new EntrypointUnknownError(
    `The file '${path}' does not say its language: expected one of the extensions .${Object.keys(runtimeOfExtension).join(', .')}. Say 'runtime'.`,
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
  return aliases[name] ?? (name in extensionsOfRuntime ? name : null);
}

/** Files that package.json names: of `scripts.start` (`node src/x.js`, `tsx src/x.ts`), then `main`. */
function findInManifest(files: readonly ProgramFile[]): string[] | null {
  const manifest = files.find(({ path }) => path === 'package.json');
  if (!manifest) return null;
  let parsed: { main?: unknown; scripts?: { start?: unknown } } | null;
  try {
    parsed = JSON.parse(manifest.content.toString());
  } catch {
    // A manifest that is not JSON names no file; the usual names are looked for next.
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
