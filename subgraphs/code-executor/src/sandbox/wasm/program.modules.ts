import { workDirectory } from '../sandbox.ts';
import { builtinNames, readGuestModule, toGuestId } from './guest.modules.ts';
import { createResolver } from './module.resolver.ts';
import { type ModuleSource, toCommonJsFacade, toModuleSource } from './module.source.ts';

const decoder = new TextDecoder();

/** Stands for a module that was not found: an error out of the resolver itself would leave the import pending for ever. */
const MISSING_PREFIX = 'missing:';
const GUEST_MODULE = /^(internal|node):/;

/** The files of one program as modules: what its imports mean, and the code that QuickJS is given for each. */
export class ProgramModules {
  readonly #files = new Map<string, Uint8Array>();
  readonly #sources = new Map<string, ModuleSource>();
  readonly resolve = createResolver(this.#files, builtinNames);

  /** @param path absolute, in the work directory */
  add(path: string, content: Uint8Array): void {
    this.#files.set(path, content);
  }

  /**
   * How the entry is started.
   *
   * @throws Error as Node words it when it is an ECMAScript module and something it imports is missing
   */
  checkEntry(path: string): ModuleSource['format'] {
    const format = path.endsWith('.json') ? 'commonjs' : this.#sourceOf(path).format;
    if (format === 'module') this.#checkImports(path, new Set());
    return format;
  }

  /** The code of an ECMAScript module, for QuickJS's loader. */
  load(id: string): string {
    if (GUEST_MODULE.test(id)) return readGuestModule(id);
    if (id.startsWith(MISSING_PREFIX))
      return `throw Object.assign(new Error(${id.slice(MISSING_PREFIX.length)}), { code: 'ERR_MODULE_NOT_FOUND' });`;
    if (id.endsWith('.json')) return `export default ${this.#readJson(id)};`;
    const source = this.#sourceOf(id);
    return source.format === 'module' ? source.code : toCommonJsFacade(id, source.code);
  }

  /** The id of what a module imports, for QuickJS's loader. */
  toId(from: string, specifier: string): string {
    if (GUEST_MODULE.test(from) && specifier.startsWith('./')) return toGuestId(specifier);
    if (specifier.startsWith('internal:')) return specifier;
    const resolution = this.resolve(specifier, from.startsWith('/') ? from : `${workDirectory}/program`);
    return resolution.kind === 'missing' ? MISSING_PREFIX + JSON.stringify(resolution.message) : resolution.id;
  }

  /** The code of a CommonJS module; null for an ECMAScript module. */
  readCommonJs(path: string): string | null {
    if (path.endsWith('.json')) return `module.exports = ${this.#readJson(path)};`;
    const source = this.#sourceOf(path);
    return source.format === 'module' ? null : source.code;
  }

  #readJson(path: string): string {
    return JSON.stringify(JSON.parse(decoder.decode(this.#files.get(path))));
  }

  #sourceOf(path: string): ModuleSource {
    let source = this.#sources.get(path);
    if (!source) {
      source = toModuleSource(path, decoder.decode(this.#files.get(path)), this.#files);
      this.#sources.set(path, source);
    }
    return source;
  }

  /** QuickJS says of a missing module only which name it lacks; this says it as Node does, before anything runs. */
  #checkImports(path: string, seen: Set<string>): void {
    if (seen.has(path) || path.endsWith('.json')) return;
    seen.add(path);
    for (const specifier of this.#sourceOf(path).imports) {
      const resolution = this.resolve(specifier, path);
      if (resolution.kind === 'missing') throw new Error(resolution.message);
      if (resolution.kind === 'file') this.#checkImports(resolution.id, seen);
    }
  }
}
