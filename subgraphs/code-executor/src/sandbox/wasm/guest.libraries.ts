import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Library {
  /** Specifier of the package's file to load, which is CommonJS. */
  readonly file: string;
  /** The library that depends on this one. */
  readonly of?: string;
  /** Names of the libraries that it requires, by its specifiers. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Declarations that replace globals of the engine for the file. */
  readonly globals?: string;
}

/** Packages that run in the guest, by the guest's names for them. Their files are read unmodified, without bundling. */
const LIBRARIES: Readonly<Record<string, Library>> = {
  inspect: {
    file: 'node-inspect-extracted',
    // The package enumerates the functions of each global, and this engine lacks one of the globals.
    globals: 'const globalThis = Object.create(globalObject, { Atomics: { value: {} } });',
  },
  path: { file: 'path-browserify' },
  events: {
    // The trailing slash selects the package rather than Node's module of the same name.
    file: 'events/',
    // The package calls listeners by this function, so that rejected promises of listeners are reported too.
    globals:
      'const Reflect = Object.create(globalObject.Reflect, { apply: { value: (...call) => globalObject.__watchPromise(globalObject.Reflect.apply(...call)) } });',
  },
  buffer: { file: 'buffer/', requires: { 'base64-js': 'base64-js', ieee754: 'ieee754' } },
  'base64-js': { file: 'base64-js', of: 'buffer' },
  ieee754: { file: 'ieee754', of: 'buffer' },
  comparisons: {
    file: 'assert/build/internal/util/comparisons.js',
  },
};

function findFile({ file, of }: Library): string {
  return of ? createRequire(findFile(LIBRARIES[of]!)).resolve(file) : require.resolve(file);
}

/**
 * Reads a package as a function expression that evaluates the package's file and returns its exports. Its parameter is an object
 * with the modules that the file may require, by specifier. Required libraries of this file are evaluated automatically.
 */
export function readGuestLibrary(name: string): string {
  const library = LIBRARIES[name];
  if (!library)
    throw new RangeError(`The library '${name}' does not exist; expected one of ${Object.keys(LIBRARIES).join(', ')}`);
  const { requires = {}, globals = '' } = library;
  const required = Object.entries(requires).map(
    ([specifier, other]) => `${JSON.stringify(specifier)}: (${readGuestLibrary(other)})({})`,
  );
  return `(function (given) {
  const globalObject = globalThis;
  const required = { ...given, ${required.join(', ')} };
  const module = { exports: {} };
  (function (exports, require) {
    ${globals}
    (function () {
${readFileSync(findFile(library), 'utf8')}
    }).call(exports);
  })(module.exports, (specifier) => required[specifier]);
  return module.exports;
})`;
}
