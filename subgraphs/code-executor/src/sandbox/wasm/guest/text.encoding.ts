import { createCodedError } from './argument.errors.ts';
import { encodeText } from './bytes.ts';
import { host } from './host.ts';

/** Source: https://encoding.spec.whatwg.org. The host encodes. */
export class TextEncoder {
  readonly encoding = 'utf-8';
  encode(text = ''): Uint8Array {
    return new Uint8Array(encodeText(String(text)));
  }
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const bytes = this.encode(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

interface DecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

/** Decodes by the host. An incomplete character at the end of a piece is kept for the next piece, for UTF-8 only. */
export class TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  #incomplete = new Uint8Array(0);
  #isFirst = true;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    const encoding = host.findDecoder(String(label));
    if (encoding === '')
      throw createCodedError(new RangeError(`The "${label}" encoding is not supported`), 'ERR_ENCODING_NOT_SUPPORTED');
    this.encoding = encoding;
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, { stream = false }: { stream?: boolean } = {}): string {
    const bytes = this.#join(input);
    const end = stream && this.encoding === 'utf-8' ? findWholeEnd(bytes) : bytes.length;
    this.#incomplete = bytes.slice(end);
    const text = host.decodeAs(this.encoding, bytes.slice(0, end).buffer, this.fatal, this.ignoreBOM || !this.#isFirst);
    this.#isFirst = !stream || (this.#isFirst && end === 0);
    if (text !== '') return JSON.parse(text);
    throw createCodedError(
      new TypeError(`The encoded data was not valid for encoding ${this.encoding}`),
      'ERR_ENCODING_INVALID_ENCODED_DATA',
    );
  }

  #join(input: ArrayBuffer | ArrayBufferView = new ArrayBuffer(0)): Uint8Array<ArrayBuffer> {
    const view = ArrayBuffer.isView(input) ? input : new Uint8Array(input);
    const joined = new Uint8Array(this.#incomplete.length + view.byteLength);
    joined.set(this.#incomplete);
    joined.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), this.#incomplete.length);
    return joined;
  }
}

/** @returns the start of an incomplete last character, or the length */
function findWholeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
