import { Buffer } from './buffer.ts';
import { encodeText, toArrayBuffer } from './bytes.ts';
import { host } from './host.ts';

type Input = string | ArrayBufferView;

const toBytes = (input: Input): ArrayBuffer => (typeof input === 'string' ? encodeText(input) : toArrayBuffer(input));

export function randomBytes(size: number): Buffer {
  return Buffer.from(host.random(size));
}

export function getRandomValues<View extends ArrayBufferView>(view: View): View {
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(new Uint8Array(host.random(view.byteLength)));
  return view;
}

export function randomInt(first: number, second?: number): number {
  const [minimum, maximum] = second === undefined ? [0, first] : [first, second];
  const word = new DataView(host.random(8)).getBigUint64(0);
  return minimum + Number(word % BigInt(maximum - minimum));
}

export function randomUUID(): string {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

class Digest {
  #parts: Uint8Array[] = [];
  constructor(
    readonly algorithm: string,
    readonly key?: ArrayBuffer,
  ) {}
  update(input: Input): this {
    this.#parts.push(new Uint8Array(toBytes(input)));
    return this;
  }
  digest(): Buffer;
  digest(encoding: 'hex' | 'base64' | 'base64url'): string;
  digest(encoding?: 'hex' | 'base64' | 'base64url'): Buffer | string {
    const bytes = host.digest(this.algorithm, toArrayBuffer(Buffer.concat(this.#parts)), this.key);
    if (bytes.byteLength === 0) throw new Error(`Digest method not supported: ${this.algorithm}`);
    const buffer = Buffer.from(bytes);
    return encoding ? buffer.toString(encoding) : buffer;
  }
}

export const createHash = (algorithm: string): Digest => new Digest(algorithm);
export const createHmac = (algorithm: string, key: Input): Digest => new Digest(algorithm, toBytes(key));

export function timingSafeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) throw new RangeError('Input buffers must have the same byte length');
  return Buffer.compare(left, right) === 0;
}

export const webcrypto = { getRandomValues, randomUUID };
/** The global `crypto`. */
export { webcrypto as crypto };
export default {
  randomBytes,
  randomInt,
  randomUUID,
  getRandomValues,
  createHash,
  createHmac,
  timingSafeEqual,
  webcrypto,
};
