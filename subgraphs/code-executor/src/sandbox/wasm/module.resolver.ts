import { posix } from 'node:path';

/** The result of resolving a specifier: a module of the sandbox, or a file of the project and its format. */
export type Resolution =
  | { readonly kind: 'builtin'; readonly id: string }
  | { readonly kind: 'file'; readonly id: string }
  | { readonly kind: 'missing'; readonly code: string; readonly message: string };

const EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx', '.jsx', '.json'];

/** Extensions of source files by the extension in an import, as in TypeScript. */
const SOURCE_EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

/** Node's modules that the sandbox does not support. */
const REFUSED_MODULES: ReadonlySet<string> = new Set(
  'child_process cluster dgram diagnostics_channel dns domain http http2 https inspector module net repl sqlite stream tls tty v8 vm wasi worker_threads zlib'.split(
    ' ',
  ),
);

/**
 * Resolves `import` and `require` over the files of a project, by Node's rules with additions: both may omit extensions and
 * import folders, and `./x.js` finds `x.ts`, as with bundlers and TypeScript.
 *
 * @param files absolute paths
 * @param builtins names without `node:`
 */
export function createResolver(
  files: ReadonlyMap<string, Uint8Array>,
  builtins: ReadonlySet<string>,
): (specifier: string, from: string) => Resolution {
  const findFile = (path: string): string | null => {
    if (files.has(path)) return path;
    for (const extension of EXTENSIONS) if (files.has(path + extension)) return path + extension;
    const written = posix.extname(path);
    for (const extension of SOURCE_EXTENSIONS[written] ?? []) {
      const source = path.slice(0, -written.length) + extension;
      if (files.has(source)) return source;
    }
    return null;
  };
  const findFolder = (path: string): string | null => {
    const main = readMain(files.get(posix.join(path, 'package.json')));
    const named =
      main === null ? null : (findFile(posix.join(path, main)) ?? findFile(posix.join(path, main, 'index')));
    return named ?? findFile(posix.join(path, 'index'));
  };
  const find = (path: string): string | null => findFile(path) ?? findFolder(path);

  return (specifier, from) => {
    const name = specifier.replace(/^node:/, '');
    if (builtins.has(name)) return { kind: 'builtin', id: `node:${name}` };
    if (specifier.startsWith('node:') || REFUSED_MODULES.has(name)) {
      return missing(
        'ERR_UNKNOWN_BUILTIN_MODULE',
        `The module 'node:${name}' is not available in this sandbox, which has no network and no other processes. Available modules: ${[...builtins].join(', ')}`,
      );
    }
    const local = specifier.startsWith('file://') ? specifier.slice('file://'.length) : specifier;
    if (/^(\.{0,2}\/|\.{1,2}$)/.test(local)) {
      const path = posix.resolve(posix.dirname(from), local);
      const found = find(path);
      return found
        ? { kind: 'file', id: found }
        : missing('ERR_MODULE_NOT_FOUND', `Cannot find module '${specifier}' imported from ${from}`);
    }
    for (let folder = posix.dirname(from); ; folder = posix.dirname(folder)) {
      const found = find(posix.join(folder, 'node_modules', specifier));
      if (found) return { kind: 'file', id: found };
      if (folder === '/') break;
    }
    return missing(
      'ERR_MODULE_NOT_FOUND',
      `Cannot find package '${specifier}' imported from ${from}: packages are not installed in this sandbox; use files of the project and the built-in modules (${[...builtins].join(', ')})`,
    );
  };
}

function missing(code: string, message: string): Resolution {
  return { kind: 'missing', code, message };
}

/** Reads `main` of a package.json, or its `exports` if that is a single path. */
function readMain(content: Uint8Array | undefined): string | null {
  const manifest = readManifest(content);
  const exported = manifest?.exports;
  const root =
    typeof exported === 'object' && exported !== null ? (exported as Record<string, unknown>)['.'] : exported;
  const target =
    typeof root === 'object' && root !== null
      ? ((root as Record<string, unknown>).import ?? (root as Record<string, unknown>).default)
      : root;
  if (typeof target === 'string') return target;
  return typeof manifest?.main === 'string' ? manifest.main : null;
}

export function readManifest(content: Uint8Array | undefined): Record<string, unknown> | null {
  if (!content) return null;
  try {
    const manifest: unknown = JSON.parse(new TextDecoder().decode(content));
    return typeof manifest === 'object' ? (manifest as Record<string, unknown> | null) : null;
  } catch {
    // Without a readable manifest, a package's entry is its index file, as in Node.
    return null;
  }
}
