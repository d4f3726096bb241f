import { createCodedError, createRangeError, createTypeError } from './argument.errors.ts';
import { checkNumberMethods } from './buffer.numbers.ts';
import { decodeText, encodeText, joinBytes, toArrayBuffer } from './bytes.ts';
import { host } from './host.ts';
import { customInspect, type InspectOptions, inspect } from './inspect.ts';
import { loadLibrary } from './lazy.ts';
import type { BufferLibrary } from './library.types.ts';
import { TextDecoder, TextEncoder } from './text.encoding.ts';

export { TextDecoder, TextEncoder };

/**
 * Node's `Buffer`: the package's class with Node's conversions between text and bytes, which the host performs, and Node's errors.
 * Source: https://nodejs.org/api/buffer.html
 */
export const { Buffer } = loadLibrary<BufferLibrary>('buffer');
export type Buffer = globalThis.Buffer;

type Encoding = 'utf8' | 'hex' | 'base64' | 'base64url' | 'latin1' | 'ascii' | 'utf16le';
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  utf8: 'utf8',
  'utf-8': 'utf8',
  hex: 'hex',
  base64: 'base64',
  base64url: 'base64url',
  latin1: 'latin1',
  binary: 'latin1',
  ascii: 'ascii',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
};
/** Encodings that the host converts. For the others, the package is correct. */
const HOST_ENCODINGS: ReadonlySet<Encoding> = new Set(['utf8', 'hex', 'base64', 'base64url']);
const FROM_TYPES = 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object';

function findEncoding(name: unknown): Encoding | null {
  return typeof name === 'string' ? (ENCODINGS[name.toLowerCase()] ?? null) : null;
}

function getEncoding(name: unknown): Encoding {
  const encoding = name === undefined || name === null || name === '' ? 'utf8' : findEncoding(name);
  if (encoding) return encoding;
  throw createCodedError(new TypeError(`Unknown encoding: ${String(name)}`), 'ERR_UNKNOWN_ENCODING');
}

type AnyFunction = (...values: unknown[]) => unknown;
const statics = Buffer as unknown as Record<string, AnyFunction>;
const methods = Buffer.prototype as unknown as Record<string, AnyFunction> & { toString: AnyFunction };
const original: Record<string, AnyFunction> & { toString: AnyFunction } = { toString: methods.toString };
original.from = statics.from!;
original.write = methods.write!;

function fromText(text: string, name: unknown): Buffer {
  const encoding = getEncoding(name);
  switch (encoding) {
    case 'utf8':
      return original.from!(encodeText(text)) as Buffer;
    case 'hex':
    case 'base64':
    case 'base64url':
      return original.from!(host.fromDigits(text, encoding)) as Buffer;
    default:
      return original.from!(text, encoding) as Buffer;
  }
}

function canBeBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || 'length' in value) return true;
  if ((value as { type?: unknown }).type === 'Buffer') return true;
  return value.valueOf() !== value || Symbol.toPrimitive in value;
}

statics.from = (value, second, third) => {
  if (typeof value === 'string') return fromText(value, second);
  if (!canBeBytes(value)) throw createTypeError('first argument', FROM_TYPES, value);
  return original.from!(value, second, third);
};

function assertSize(size: unknown): void {
  if (typeof size !== 'number') throw createTypeError('size', 'of type number', size);
  if (!(size >= 0 && size <= Number.MAX_SAFE_INTEGER))
    throw createRangeError('size', '>= 0 && <= 9007199254740991', size);
}

for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) {
  const allocate = statics[name]!;
  statics[name] = (size, ...rest) => {
    assertSize(size);
    return allocate(size, ...rest);
  };
}

function countBytes(text: string, encoding: Encoding): number {
  switch (encoding) {
    case 'utf8':
      return encodeText(text).byteLength;
    case 'base64':
    case 'base64url':
      return Math.floor(((text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)) * 3) / 4);
    case 'hex':
      return Math.floor(text.length / 2);
    case 'utf16le':
      return 2 * text.length;
    default:
      return text.length;
  }
}

statics.isEncoding = (name) => findEncoding(name) !== null;
statics.byteLength = (value, name) => {
  if (typeof value === 'string') return countBytes(value, findEncoding(name) ?? 'utf8');
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  throw createTypeError('string', 'of type string or an instance of Buffer or ArrayBuffer', value);
};
statics.concat = (list, length) => {
  if (!Array.isArray(list)) throw createTypeError('list', 'an instance of Array', list);
  for (const [index, part] of list.entries())
    if (!(part instanceof Uint8Array))
      throw createTypeError(`list[${index}]`, 'an instance of Buffer or Uint8Array', part);
  const joined = original.from!(joinBytes(list).buffer) as Buffer;
  if (length === undefined || length === joined.length) return joined;
  const cut = Buffer.alloc(Number(length));
  cut.set(joined.subarray(0, cut.length));
  return cut;
};

methods.toString = function (this: Buffer, name, start, end) {
  const encoding = getEncoding(name);
  if (!HOST_ENCODINGS.has(encoding)) return original.toString.call(this, encoding, start, end);
  const from = Math.max(0, Math.trunc(Number(start ?? 0)) || 0);
  const to = Math.min(this.length, end === undefined ? this.length : Math.trunc(Number(end)) || 0);
  if (to <= from) return '';
  const part = Uint8Array.prototype.subarray.call(this, from, to);
  return encoding === 'utf8' ? decodeText(part) : host.toDigits(toArrayBuffer(part), encoding);
};

methods.write = function (this: Buffer, ...values) {
  const [text, ...rest] = values;
  if (typeof text !== 'string') throw createTypeError('argument', 'of type string', text);
  const encoding = getEncoding(rest.find((value) => typeof value === 'string'));
  if (!HOST_ENCODINGS.has(encoding)) return original.write!.apply(this, values);
  const [offset = 0, length = this.length - offset] = rest.filter((value) => typeof value === 'number');
  if (offset > this.length) throw createRangeError('offset', `>= 0 && <= ${this.length}`, offset);
  const room = Math.min(length, this.length - offset);
  let bytes: Uint8Array = fromText(text, encoding).subarray(0, room);
  if (encoding === 'utf8' && bytes.length === room) bytes = bytes.subarray(0, findCharacterEnd(text, room));
  this.set(bytes, offset);
  return bytes.length;
};

/** Length in bytes of the longest prefix of whole characters that fits into `room` bytes. */
function findCharacterEnd(text: string, room: number): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const next = bytes + (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
    if (next > room) break;
    bytes = next;
  }
  return bytes;
}

methods.equals = function (this: Buffer, other) {
  if (!(other instanceof Uint8Array))
    throw createTypeError('otherBuffer', 'an instance of Buffer or Uint8Array', other);
  return this === other || Buffer.compare(this, other as Buffer) === 0;
};

const { indexOf } = methods as { indexOf: AnyFunction };
methods.indexOf = function (this: Buffer, value, ...rest) {
  const [from = 0] = rest;
  if (value === '') return Math.max(0, Math.min(Number(from) || 0, this.length));
  return indexOf.call(this, value, ...rest);
};

const SHOWN_BYTES = 50;
/** Largest Buffer whose own fields are searched, because the engine would list every byte as a key. */
const SEARCHED_BYTES = 1_000;

Object.defineProperty(methods, customInspect, {
  value(this: Buffer, _depth: number, options: InspectOptions) {
    const bytes = host.toDigits(toArrayBuffer(this.subarray(0, SHOWN_BYTES)), 'hex').replace(/..(?=.)/g, '$& ');
    const more = this.length - SHOWN_BYTES;
    const keys = this.length > SEARCHED_BYTES ? [] : Object.keys(this).filter((key) => !/^\d+$/.test(key));
    const fields = keys.map((key) => `${key}: ${inspect(this[key as never], options)}`);
    const shown = bytes + (more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : '');
    return `<${this.constructor.name} ${[shown, ...fields].join(', ')}>`;
  },
});

checkNumberMethods(methods);
Buffer.poolSize = 65_536;

const notEncodable = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name: 'InvalidCharacterError', code: 5, constructor: { name } });

export function btoa(text: string): string {
  if (/[^\0-\xff]/.test(text)) throw notEncodable('DOMException', 'Invalid character');
  return Buffer.from(String(text), 'latin1').toString('base64');
}

export function atob(text: string): string {
  const digits = String(text).replace(/[\t\n\f\r ]/g, '');
  const bare = digits.length % 4 === 0 ? digits.replace(/={1,2}$/, '') : digits;
  if (bare.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(bare))
    throw notEncodable('DOMException', 'The string to be decoded is not correctly encoded.');
  return Buffer.from(bare, 'base64').toString('latin1');
}

export const constants = { MAX_LENGTH: Number.MAX_SAFE_INTEGER, MAX_STRING_LENGTH: 2 ** 29 - 24 };
export default { Buffer, btoa, atob, constants };
