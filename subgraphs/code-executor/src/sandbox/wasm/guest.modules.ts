import { readdirSync, readFileSync } from 'node:fs';
import { transform } from './type.stripping.ts';

const folder = new URL('./guest/', import.meta.url);
const isSource = import.meta.url.endsWith('.ts');
const extension = isSource ? '.ts' : '.js';

/** Guest modules that do not exist in Node. Other guest modules import them as `internal:`. */
const INTERNAL_MODULES = new Set([
  'argument.errors',
  'assert.messages',
  'assertion.error',
  'bootstrap',
  'buffer.numbers',
  'bytes',
  'comparisons',
  'expected.exception',
  'files',
  'host',
  'inspect',
  'lazy',
  'library.types',
  'modules',
  'structured.clone',
  'text.encoding',
  'types',
  'url.host',
  'url.parameters',
  'url.parameters',
]);

const names = readdirSync(folder)
  .filter((file) => file.endsWith(extension) && !file.endsWith('.d.ts'))
  .map((file) => file.slice(0, -extension.length));

/** Names of Node's modules that a program can import, such as `fs` and `fs/promises`. */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set(
  names.filter((name) => !INTERNAL_MODULES.has(name)).map((name) => name.replace('.', '/')),
);

/** `internal:host` or `node:fs/promises` for `./host.ts`, `./fs.promises.ts`. */
export function toGuestId(specifier: string): string {
  const name = specifier.replace(/^\.\//, '').replace(/\.[jt]s$/, '');
  return INTERNAL_MODULES.has(name) ? `internal:${name}` : `node:${name.replace('.', '/')}`;
}

export function readGuestModule(id: string): string {
  const name = id.replace(/^(internal|node):/, '').replace('/', '.');
  const text = readFileSync(new URL(`${name}${extension}`, folder), 'utf8');
  return isSource ? transform(text, ['typescript']) : text;
}
