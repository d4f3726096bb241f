import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface Library {
  /** The one file of a package that is loaded, by its specifier: CommonJS. */
  readonly file: string;
  /** The library whose dependency it is. */
  readonly of?: string;
  /** What it requires: names of libraries, by the specifier it uses. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Declarations that the file sees in place of the engine's globals. */
  readonly globals?: string;
}

/** Packages that run in the guest, by the names it asks for. Their files are read as they are: nothing is bundled. */
const libraries: Readonly<Record<string, Library>> = {
  inspect: {
    file: 'node-inspect-extracted',
    // It takes the functions of each global, and this engine lacks one of them.
    globals: 'const globalThis = Object.create(globalObject, { Atomics: { value: {} } });',
  },
  path: { file: 'path-browserify' },
  events: {
    // With a slash at the end, the package of that name and not the module of Node's.
    file: 'events/',
    // Listeners are called by this: a promise of theirs that is rejected is reported, as everywhere.
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
  return of ? createRequire(findFile(libraries[of]!)).resolve(file) : require.resolve(file);
}

/**
 * A function expression that evaluates a package's file and gives what it exports. It takes what the file may require, by specifier;
 * what it requires of the libraries here it evaluates itself.
 */
export function readGuestLibrary(name: string): string {
  const library = libraries[name];
  if (!library) throw new RangeError(`There is no library '${name}'; there are ${Object.keys(libraries).join(', ')}`);
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
