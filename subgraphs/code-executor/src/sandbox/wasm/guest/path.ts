import { assertString, createTypeError } from './argument.errors.ts';
import { loadLibrary } from './lazy.ts';
import type { PathLibrary } from './library.types.ts';

const library = loadLibrary<PathLibrary>('path');

/** POSIX paths. Source: https://nodejs.org/api/path.html */
export const { sep, delimiter } = library;

/** Adds Node's errors for arguments that are not strings. */
function checked<Names extends string[]>(names: Names, run: (...paths: string[]) => unknown) {
  return (...paths: unknown[]): never => {
    for (const [index, name] of names.entries()) assertString(paths[index], name);
    return run(...(paths as string[])) as never;
  };
}

export const normalize: PathLibrary['normalize'] = checked(['path'], library.normalize as never);
export const isAbsolute: PathLibrary['isAbsolute'] = checked(['path'], library.isAbsolute as never);
export const dirname: PathLibrary['dirname'] = checked(['path'], library.dirname as never);
export const extname: PathLibrary['extname'] = checked(['path'], library.extname as never);
export const parse: PathLibrary['parse'] = checked(['path'], library.parse as never);
export const relative: PathLibrary['relative'] = checked(['from', 'to'], library.relative as never);

export function join(...paths: string[]): string {
  for (const path of paths) assertString(path, 'path');
  return library.join(...paths);
}

export function resolve(...paths: string[]): string {
  for (const [index, path] of paths.entries()) assertString(path, `paths[${index}]`);
  return library.resolve(...paths);
}

export function basename(path: string, suffix?: string): string {
  assertString(path, 'path');
  if (suffix !== undefined) assertString(suffix, 'suffix');
  return library.basename(path, suffix);
}

/** Formats a path. The extension may lack its dot. */
export function format(parts: Parameters<PathLibrary['format']>[0]): string {
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts))
    throw createTypeError('pathObject', 'of type object', parts);
  const { ext } = parts;
  return library.format(ext && !ext.startsWith('.') ? { ...parts, ext: `.${ext}` } : parts);
}

export const toNamespacedPath = (path: string): string => path;

const path = {
  sep,
  delimiter,
  normalize,
  isAbsolute,
  join,
  resolve,
  relative,
  dirname,
  basename,
  extname,
  parse,
  format,
  toNamespacedPath,
};
export const posix = path;
export default Object.assign(path, { posix: path });
