import { posix } from 'node:path';
import { type Program as AcornProgram, type AnyNode, parse as parseAcorn } from 'acorn';
import { parse as parseCommonJs } from 'cjs-module-lexer';
import { readManifest } from './module.resolver.ts';
import { transform } from './type.stripping.ts';

export interface ModuleSource {
  readonly format: 'module' | 'commonjs';
  /** The code for QuickJS. It has the same lines as the file. */
  readonly code: string;
  /** Specifiers of its static imports. */
  readonly imports: readonly string[];
}

/** Global function of the guest that watches unused promises; see `instrument`. */
const WATCH_PROMISE_NAME = '__watchPromise';

/**
 * Prepares a file of a project for QuickJS. Types and imports of types are removed. The file's format (ES module or CommonJS) is
 * determined by Node's rules: extension, then syntax, then the nearest package.json. A file with a syntax error stays
 * unchanged, so that the engine reports the error.
 */
export function toModuleSource(path: string, text: string, files: ReadonlyMap<string, Uint8Array>): ModuleSource {
  const extension = posix.extname(path);
  const source = stripTypes(extension, text.replace(/^#!/, '//'));
  const tree = parse(source);
  return {
    format: findFormat(path, extension, tree, files),
    code: tree ? instrument(path, source, tree) : source,
    imports: tree ? findImports(tree) : [],
  };
}

function findImports(tree: AcornProgram): string[] {
  return tree.body.flatMap((node) =>
    'source' in node && typeof node.source?.value === 'string' ? [node.source.value] : [],
  );
}

function stripTypes(extension: string, source: string): string {
  if (!/^\.([cm]?ts|[jt]sx)$/.test(extension)) return source;
  const transforms: ('typescript' | 'jsx')[] = [];
  if (extension !== '.jsx') transforms.push('typescript');
  if (extension.endsWith('x')) transforms.push('jsx');
  try {
    return transform(source, transforms);
  } catch (error) {
    throw new SyntaxError(error instanceof Error ? error.message : String(error));
  }
}

function parse(source: string): AcornProgram | null {
  for (const sourceType of ['module', 'script'] as const) {
    try {
      return parseAcorn(source, {
        ecmaVersion: 'latest',
        sourceType,
        allowReturnOutsideFunction: sourceType === 'script',
        allowAwaitOutsideFunction: sourceType === 'module',
      });
    } catch {
      // The next format is tried, or the engine reports the error.
    }
  }
  return null;
}

function findFormat(
  path: string,
  extension: string,
  tree: AcornProgram | null,
  files: ReadonlyMap<string, Uint8Array>,
): 'module' | 'commonjs' {
  if (extension === '.mjs' || extension === '.mts') return 'module';
  if (extension === '.cjs' || extension === '.cts') return 'commonjs';
  if (tree?.body.some((node) => /^(Import|Export)/.test(node.type))) return 'module';
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const manifest = readManifest(files.get(posix.join(folder, 'package.json')));
    if (manifest) return manifest.type === 'module' ? 'module' : 'commonjs';
    if (folder === '/') break;
  }
  return tree && usesTopLevelAwait(tree) ? 'module' : 'commonjs';
}

function usesTopLevelAwait(tree: AcornProgram): boolean {
  let found = false;
  walk(tree, (node) => {
    if (/Function/.test(node.type)) return false;
    if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) found = true;
    return !found;
  });
  return found;
}

/**
 * Instruments a module. QuickJS as built for WebAssembly does not report rejected promises without a handler, and `main();`
 * without `await` must not fail silently. The value of every call that is a statement is therefore passed to a function that
 * watches promises. `import.meta`, which is empty in QuickJS, becomes a constant of the module.
 */
function instrument(path: string, source: string, tree: AcornProgram): string {
  const edits: { at: number; remove: number; insert: string }[] = [];
  let usesMeta = false;
  walk(tree, (node) => {
    if (node.type === 'ExpressionStatement' && /^(Call|Chain|New|Import)Expression$/.test(node.expression.type)) {
      edits.push({ at: node.expression.start, remove: 0, insert: `${WATCH_PROMISE_NAME}(` });
      edits.push({ at: node.expression.end, remove: 0, insert: ')' });
    } else if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      usesMeta = true;
      edits.push({ at: node.start, remove: node.end - node.start, insert: '__importMeta' });
    }
    return true;
  });
  // Of several edits at one position, closing ones come first, because they belong to the node that ends there.
  edits.sort((a, b) => a.at - b.at || (a.insert === ')' ? -1 : 0) - (b.insert === ')' ? -1 : 0));
  let code = usesMeta
    ? `const __importMeta = ${JSON.stringify({ url: `file://${path}`, filename: path, dirname: posix.dirname(path) })};`
    : '';
  let position = 0;
  for (const { at, remove, insert } of edits) {
    code += source.slice(position, at) + insert;
    position = at + remove;
  }
  return code + source.slice(position);
}

/** Visits a tree. `visit` returns whether to visit the node's children. */
function walk(node: AnyNode, visit: (node: AnyNode) => boolean): void {
  if (!visit(node)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === 'string' && typeof child.start === 'number') walk(child as AnyNode, visit);
    }
  }
}

/** Creates an ES module that re-exports a CommonJS one. The exports' names are found by analysing the source, as in Node. */
export function toCommonJsFacade(path: string, source: string): string {
  const names = new Set<string>();
  try {
    for (const name of parseCommonJs(source, path).exports) names.add(name);
  } catch {
    // Without names, only the default export exists.
  }
  names.delete('default');
  const bindings = [...names].map((name, index) => ({ name, local: `__export${index}` }));
  return [
    `import { requireFile } from 'internal:modules';`,
    `const exported = requireFile(${JSON.stringify(path)});`,
    `export default exported;`,
    ...bindings.map(({ name, local }) => `const ${local} = exported?.[${JSON.stringify(name)}];`),
    bindings.length > 0
      ? `export { ${bindings.map(({ name, local }) => `${local} as ${JSON.stringify(name)}`).join(', ')} };`
      : '',
  ].join('\n');
}
