import { host } from './host.ts';
import { customInspect } from './inspect.ts';

type Encoding = 'utf8' | 'utf-8' | 'hex' | 'base64' | 'base64url' | 'ascii' | 'latin1' | 'binary';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function toArrayBuffer(view: ArrayBufferView): ArrayBuffer {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
}

export function btoa(text: string): string {
  return toBase64(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

export function atob(text: string): string {
  return String.fromCharCode(...fromBase64(text));
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const word = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    for (let digit = 0; digit < 4; digit++) {
      text += index + digit > bytes.length ? '=' : alphabet[(word >> (18 - 6 * digit)) & 63];
    }
  }
  return text;
}

function fromBase64(text: string): number[] {
  const bytes: number[] = [];
  let word = 0;
  let bits = 0;
  for (const character of text.replaceAll('-', '+').replaceAll('_', '/')) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) continue;
    word = ((word << 6) | digit) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((word >> bits) & 255);
    }
  }
  return bytes;
}

/** The part of Node's `Buffer` that programs without streams and sockets use. */
// @ts-expect-error Node's static functions take more than those of Uint8Array.
export class Buffer extends Uint8Array {
  static override from(
    value: string | ArrayLike<number> | ArrayBuffer,
    encoding: Encoding = 'utf8',
    length?: number,
  ): Buffer {
    if (value instanceof ArrayBuffer) return new Buffer(value, Number(encoding) || 0, length);
    if (typeof value !== 'string') return new Buffer(value);
    switch (encoding) {
      case 'hex':
        return new Buffer((value.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16)));
      case 'base64':
      case 'base64url':
        return new Buffer(fromBase64(value));
      case 'ascii':
      case 'latin1':
      case 'binary':
        return new Buffer(Array.from(value, (character) => character.charCodeAt(0) & 255));
      default:
        return new Buffer(host.encode(value));
    }
  }

  static alloc(size: number, fill: number | string = 0): Buffer {
    const buffer = new Buffer(size);
    if (typeof fill === 'number') buffer.fill(fill);
    else
      for (let index = 0, bytes = Buffer.from(fill); index < size; index++)
        buffer[index] = bytes[index % bytes.length]!;
    return buffer;
  }

  static allocUnsafe(size: number): Buffer {
    return new Buffer(size);
  }

  static concat(list: readonly Uint8Array[], total = list.reduce((sum, part) => sum + part.length, 0)): Buffer {
    const joined = new Buffer(total);
    let position = 0;
    for (const part of list) {
      joined.set(part.subarray(0, total - position), position);
      position += part.length;
    }
    return joined;
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer;
  }

  static byteLength(value: string | ArrayBufferView): number {
    return typeof value === 'string' ? host.encode(value).byteLength : value.byteLength;
  }

  static compare(left: Uint8Array, right: Uint8Array): number {
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      if (left[index] !== right[index]) return left[index]! < right[index]! ? -1 : 1;
    }
    return Math.sign(left.length - right.length);
  }

  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    const part = this.subarray(start, end);
    switch (encoding) {
      case 'hex':
        return Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join('');
      case 'base64':
        return toBase64(part);
      case 'base64url':
        return toBase64(part).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      case 'ascii':
      case 'latin1':
      case 'binary':
        return Array.from(part, (byte) => String.fromCharCode(byte)).join('');
      default:
        return host.decode(toArrayBuffer(part));
    }
  }

  equals(other: Uint8Array): boolean {
    return Buffer.compare(this, other) === 0;
  }

  write(text: string, offset = 0): number {
    const bytes = new Uint8Array(host.encode(text)).subarray(0, this.length - offset);
    this.set(bytes, offset);
    return bytes.length;
  }

  readUInt8(offset = 0): number {
    return this[offset]!;
  }

  readUInt16BE(offset = 0): number {
    return new DataView(this.buffer, this.byteOffset).getUint16(offset);
  }

  readUInt32BE(offset = 0): number {
    return new DataView(this.buffer, this.byteOffset).getUint32(offset);
  }

  toJSON(): { type: 'Buffer'; data: number[] } {
    return { type: 'Buffer', data: Array.from(this) };
  }

  [customInspect](): string {
    const shown = Array.from(this.subarray(0, 50), (byte) => byte.toString(16).padStart(2, '0'));
    return `<Buffer${shown.map((byte) => ` ${byte}`).join('')}${this.length > 50 ? ` ... ${this.length - 50} more bytes` : ''}>`;
  }
}

export class TextEncoder {
  readonly encoding = 'utf-8';
  encode(text = ''): Uint8Array {
    return new Uint8Array(host.encode(String(text)));
  }
}

export class TextDecoder {
  readonly encoding = 'utf-8';
  decode(bytes?: ArrayBuffer | ArrayBufferView): string {
    if (bytes === undefined) return '';
    return host.decode(bytes instanceof ArrayBuffer ? bytes : toArrayBuffer(bytes));
  }
}

export default { Buffer, btoa, atob };
