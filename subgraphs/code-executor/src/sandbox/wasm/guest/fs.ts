import { Buffer } from './buffer.ts';
import { encodeText, toArrayBuffer } from './bytes.ts';
import { files, folders } from './files.ts';
import { host } from './host.ts';
import * as path from './path.ts';
import process, { started } from './process.ts';

/** Node's `fs` with its synchronous, callback and promise functions. Source: https://nodejs.org/api/fs.html */
type Location = string | URL | number;
type Options =
  | string
  | { encoding?: string | null; flag?: string; recursive?: boolean; force?: boolean; withFileTypes?: boolean }
  | null
  | undefined;

const reasons: Record<string, [number, string]> = {
  ENOENT: [-2, 'no such file or directory'],
  EEXIST: [-17, 'file already exists'],
  EISDIR: [-21, 'illegal operation on a directory'],
  ENOTDIR: [-20, 'not a directory'],
  ENOTEMPTY: [-39, 'directory not empty'],
};

function fail(code: string, syscall: string, file: string): never {
  const [errno, reason] = reasons[code]!;
  throw Object.assign(new Error(`${code}: ${reason}, ${syscall} '${file}'`), { errno, code, syscall, path: file });
}

function locate(location: Location): string {
  if (typeof location === 'object') return decodeURIComponent(location.pathname);
  return path.resolve(String(location));
}

const encodingOf = (options: Options): string | null =>
  typeof options === 'string' ? options : (options?.encoding ?? null);
const isRecursive = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && (options as { recursive?: boolean }).recursive === true;

export class Stats {
  readonly mtime = new Date(0);
  readonly ctime = new Date(0);
  readonly birthtime = new Date(0);
  readonly mtimeMs = 0;
  readonly mode: number;
  constructor(
    readonly size: number,
    readonly folder: boolean,
  ) {
    this.mode = folder ? 0o40755 : 0o100644;
  }
  isFile = (): boolean => !this.folder;
  isDirectory = (): boolean => this.folder;
  isSymbolicLink = (): boolean => false;
}

class Dirent {
  constructor(
    readonly name: string,
    readonly parentPath: string,
    readonly folder: boolean,
  ) {}
  isFile = (): boolean => !this.folder;
  isDirectory = (): boolean => this.folder;
  isSymbolicLink = (): boolean => false;
}

export function readFileSync(location: Location, options?: Options): string | Buffer {
  const encoding = encodingOf(options);
  if (location === 0 || location === '/dev/stdin') return encoding ? started.stdin : Buffer.from(started.stdin);
  const file = locate(location);
  if (folders.has(file)) fail('EISDIR', 'read', file);
  const content = files.get(file) ?? fail('ENOENT', 'open', file);
  const buffer = Buffer.from(toArrayBuffer(content));
  return encoding ? buffer.toString(encoding as 'utf8') : buffer;
}

export function writeFileSync(location: Location, content: string | Uint8Array, options?: Options): void {
  const bytes = typeof content === 'string' ? new Uint8Array(encodeText(content)) : Uint8Array.from(content);
  if (location === 1 || location === 2 || location === '/dev/stdout' || location === '/dev/stderr') {
    (location === 2 || location === '/dev/stderr' ? process.stderr : process.stdout).write(bytes);
    return;
  }
  const file = locate(location);
  if (folders.has(file)) fail('EISDIR', 'open', file);
  if (!folders.has(path.dirname(file))) fail('ENOENT', 'open', file);
  const flag = typeof options === 'object' ? options?.flag : undefined;
  if (flag === 'wx' && files.has(file)) fail('EEXIST', 'open', file);
  files.set(file, flag === 'a' ? Buffer.concat([files.get(file) ?? new Uint8Array(0), bytes]) : bytes);
}

export function appendFileSync(location: Location, content: string | Uint8Array): void {
  writeFileSync(location, content, { flag: 'a' });
}

export function writeSync(descriptor: number, content: string | Uint8Array): number {
  writeFileSync(descriptor, content);
  return typeof content === 'string' ? encodeText(content).byteLength : content.byteLength;
}

export function existsSync(location: Location): boolean {
  const file = locate(location);
  return files.has(file) || folders.has(file);
}

export function accessSync(location: Location): void {
  if (!existsSync(location)) fail('ENOENT', 'access', locate(location));
}

export function statSync(location: Location, options?: { throwIfNoEntry?: boolean }): Stats | undefined {
  const file = locate(location);
  if (folders.has(file)) return new Stats(4096, true);
  const content = files.get(file);
  if (content) return new Stats(content.byteLength, false);
  return options?.throwIfNoEntry === false ? undefined : fail('ENOENT', 'stat', file);
}
export const lstatSync: typeof statSync = (location, options) => statSync(location, options);

export function readdirSync(location: Location, options?: Options): (string | Dirent)[] {
  const folder = locate(location);
  if (files.has(folder)) fail('ENOTDIR', 'scandir', folder);
  if (!folders.has(folder)) fail('ENOENT', 'scandir', folder);
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const names = new Map<string, boolean>();
  for (const [all, isFolder] of [
    [files.keys(), false],
    [folders, true],
  ] as const) {
    for (const entry of all) {
      if (!entry.startsWith(prefix) || entry === prefix) continue;
      const name = entry.slice(prefix.length);
      if (isRecursive(options) || !name.includes('/')) names.set(name, isFolder);
    }
  }
  const sorted = [...names].sort(([left], [right]) => (left < right ? -1 : 1));
  if (typeof options === 'object' && options?.withFileTypes)
    return sorted.map(([name, isFolder]) => new Dirent(path.basename(name), path.dirname(prefix + name), isFolder));
  return sorted.map(([name]) => name);
}

export function mkdirSync(location: Location, options?: Options): string | undefined {
  const folder = locate(location);
  if (existsSync(folder)) {
    if (isRecursive(options) && folders.has(folder)) return undefined;
    fail('EEXIST', 'mkdir', folder);
  }
  const parent = path.dirname(folder);
  if (!folders.has(parent)) {
    if (!isRecursive(options)) fail('ENOENT', 'mkdir', folder);
    mkdirSync(parent, options);
  }
  folders.add(folder);
  return folder;
}

export function mkdtempSync(prefix: string): string {
  const folder = `${prefix}${Array.from(new Uint8Array(host.random(3)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function unlinkSync(location: Location): void {
  const file = locate(location);
  if (!files.delete(file)) fail('ENOENT', 'unlink', file);
}

export function rmSync(location: Location, options?: Options): void {
  const target = locate(location);
  const isForced = typeof options === 'object' && options?.force === true;
  if (files.delete(target)) return;
  if (!folders.has(target)) {
    if (!isForced) fail('ENOENT', 'rm', target);
    return;
  }
  if (!isRecursive(options)) fail('EISDIR', 'rm', target);
  for (const file of [...files.keys()]) if (file.startsWith(`${target}/`)) files.delete(file);
  for (const folder of [...folders]) if (folder === target || folder.startsWith(`${target}/`)) folders.delete(folder);
}

export function rmdirSync(location: Location, options?: Options): void {
  if (!isRecursive(options) && readdirSync(location).length > 0) fail('ENOTEMPTY', 'rmdir', locate(location));
  rmSync(location, { recursive: true });
}

export function renameSync(from: Location, to: Location): void {
  writeFileSync(to, readFileSync(from) as Buffer);
  unlinkSync(from);
}

export function copyFileSync(from: Location, to: Location): void {
  writeFileSync(to, readFileSync(from) as Buffer);
}

const synchronous = {
  readFileSync,
  writeFileSync,
  appendFileSync,
  accessSync,
  statSync,
  lstatSync,
  readdirSync,
  mkdirSync,
  mkdtempSync,
  unlinkSync,
  rmSync,
  rmdirSync,
  renameSync,
  copyFileSync,
};

type AnyFunction = (...values: unknown[]) => unknown;
const asynchronous = Object.entries(synchronous).map(
  ([name, run]) => [name.slice(0, -'Sync'.length), run as unknown as AnyFunction] as const,
);

export const promises: Record<string, AnyFunction> = Object.fromEntries(
  asynchronous.map(([name, run]) => [name, async (...values: unknown[]) => run(...values)]),
);

const callbacks: Record<string, AnyFunction> = Object.fromEntries(
  asynchronous.map(([name, run]) => [
    name,
    (...values: unknown[]) => {
      const callback = values.pop();
      if (typeof callback !== 'function')
        throw new TypeError(`The "cb" argument of fs.${name} must be of type function`);
      setTimeout(() => {
        let result: unknown;
        try {
          result = run(...values);
        } catch (error) {
          return callback(error);
        }
        return callback(null, result);
      }, 0);
    },
  ]),
);

export const {
  readFile,
  writeFile,
  appendFile,
  access,
  stat,
  lstat,
  readdir,
  mkdir,
  mkdtemp,
  unlink,
  rm,
  rmdir,
  rename,
  copyFile,
} = callbacks;
export const constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };
export default { ...synchronous, ...callbacks, existsSync, writeSync, promises, constants, Stats };
