import { host } from './host.ts';

interface Module {
  id: string;
  filename: string;
  exports: unknown;
  loaded: boolean;
  parent: Module | null;
  children: Module[];
  paths: string[];
}

type Require = ((specifier: string) => unknown) & {
  cache: Record<string, Module>;
  resolve(specifier: string): string;
  main: Module | undefined;
};
type Resolution = { kind: 'builtin' | 'file'; id: string } | { kind: 'missing'; code: string; message: string };

const cache: Record<string, Module> = Object.create(null);
let main: Module | undefined;

function resolve(specifier: string, from: string): { kind: 'builtin' | 'file'; id: string } {
  const resolution: Resolution = JSON.parse(host.resolve(String(specifier), from));
  if (resolution.kind !== 'missing') return resolution;
  const code = resolution.code === 'ERR_MODULE_NOT_FOUND' ? 'MODULE_NOT_FOUND' : resolution.code;
  throw Object.assign(new Error(resolution.message), { code });
}

/** Creates Node's `require` for the module at `from`. */
export function createRequire(from: string): Require {
  const file = from.replace(/^file:\/\//, '');
  const require = (specifier: string): unknown => {
    const { kind, id } = resolve(specifier, file);
    if (kind === 'file') return requireFile(id);
    const namespace = host.importNow(id);
    return namespace.default ?? namespace;
  };
  return Object.assign(require, { cache, main, resolve: (specifier: string) => resolve(specifier, file).id });
}

/** Returns the exports of a file, which is evaluated at its first use. For an ES module, returns its namespace. */
export function requireFile(path: string): unknown {
  const known = cache[path];
  if (known) return known.exports;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const module: Module = {
    id: path,
    filename: path,
    exports: {},
    loaded: false,
    parent: null,
    children: [],
    paths: [],
  };
  main ??= module;
  cache[path] = module;
  try {
    const run = host.compileCommonJs(path);
    if (run === null) module.exports = toExports(host.importNow(path));
    else run.call(module.exports, module.exports, createRequire(path), module, path, folder);
  } catch (error) {
    delete cache[path];
    throw error;
  }
  module.loaded = true;
  return module.exports;
}

function toExports(namespace: Record<string, unknown>): unknown {
  return 'module.exports' in namespace ? namespace['module.exports'] : namespace;
}
