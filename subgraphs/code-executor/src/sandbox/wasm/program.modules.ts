import { WORK_DIRECTORY } from '../sandbox.ts';
import { BUILTIN_NAMES, readGuestModule, toGuestId } from './guest.modules.ts';
import { createResolver } from './module.resolver.ts';
import { type ModuleSource, toCommonJsFacade, toModuleSource } from './module.source.ts';

const decoder = new TextDecoder();

/** Marks a module that was not found. An error thrown by the resolver itself would leave the import pending for ever. */
const MISSING_PREFIX = 'missing:';
const GUEST_MODULE = /^(internal|node):/;

/** The files of one program as modules: resolves its imports, and returns the code of each module for QuickJS. */
export class ProgramModules {
  readonly #files = new Map<string, Uint8Array>();
  readonly #sources = new Map<string, ModuleSource>();
  readonly resolve = createResolver(this.#files, BUILTIN_NAMES);

  /** @param path absolute path in the work directory */
  add(path: string, content: Uint8Array): void {
    this.#files.set(path, content);
  }

  /**
   * Determines how the entry file is started.
   *
   * @throws Error with Node's message if it is an ECMAScript module and one of its imports is missing
   */
  checkEntry(path: string): ModuleSource['format'] {
    const format = path.endsWith('.json') ? 'commonjs' : this.#sourceOf(path).format;
    if (format === 'module') this.#checkImports(path, new Set());
    return format;
  }

  /** Returns the code of an ECMAScript module, for QuickJS's loader. */
  load(id: string): string {
    if (GUEST_MODULE.test(id)) return readGuestModule(id);
    if (id.startsWith(MISSING_PREFIX))
      return `throw Object.assign(new Error(${id.slice(MISSING_PREFIX.length)}), { code: 'ERR_MODULE_NOT_FOUND' });`;
    if (id.endsWith('.json')) return `export default ${this.#readJson(id)};`;
    const source = this.#sourceOf(id);
    return source.format === 'module' ? source.code : toCommonJsFacade(id, source.code);
  }

  /** Resolves a module's import to an id, for QuickJS's loader. */
  toId(from: string, specifier: string): string {
    if (GUEST_MODULE.test(from) && specifier.startsWith('./')) return toGuestId(specifier);
    if (specifier.startsWith('internal:')) return specifier;
    const resolution = this.resolve(specifier, from.startsWith('/') ? from : `${WORK_DIRECTORY}/program`);
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

  /** Reports a missing module with Node's message, before anything runs. QuickJS's own error has only the module's name. */
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
