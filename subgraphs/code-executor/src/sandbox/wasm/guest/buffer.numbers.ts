import { createCodedError, createRangeError, createTypeError } from './argument.errors.ts';

type Method = (...values: unknown[]) => unknown;

/** `8`, `16LE`, `BigU64BE` … of `readInt8`, `writeUInt16LE`, `readBigUInt64BE`. */
const KINDS: Readonly<
  Record<string, { bytes: number; range: readonly [number | bigint, number | bigint, string] | null }>
> = {
  UInt8: { bytes: 1, range: toRange(0, 255) },
  Int8: { bytes: 1, range: toRange(-128, 127) },
  UInt16: { bytes: 2, range: toRange(0, 65_535) },
  Int16: { bytes: 2, range: toRange(-32_768, 32_767) },
  UInt32: { bytes: 4, range: toRange(0, 4_294_967_295) },
  Int32: { bytes: 4, range: toRange(-2_147_483_648, 2_147_483_647) },
  BigUInt64: { bytes: 8, range: [0n, 2n ** 64n - 1n, '>= 0n and < 2n ** 64n'] },
  BigInt64: { bytes: 8, range: [-(2n ** 63n), 2n ** 63n - 1n, '>= -(2n ** 63n) and < 2n ** 63n'] },
  Float: { bytes: 4, range: null },
  Double: { bytes: 8, range: null },
};

function toRange(least: number, most: number): readonly [number, number, string] {
  return [least, most, `>= ${least} and <= ${most}`];
}

function assertOffset(offset: unknown, bytes: number, length: number): void {
  if (typeof offset !== 'number') throw createTypeError('offset', 'of type number', offset);
  if (offset >= 0 && offset <= length - bytes && Number.isInteger(offset)) return;
  if (!Number.isInteger(offset)) throw createRangeError('offset', 'an integer', offset);
  if (length < bytes) {
    const message = 'Attempt to access memory outside buffer bounds';
    throw createCodedError(new RangeError(message), 'ERR_BUFFER_OUT_OF_BOUNDS');
  }
  throw createRangeError('offset', `>= 0 and <= ${length - bytes}`, offset);
}

/** Adds Node's argument checks and errors to the methods that read and write numbers, and to those that swap bytes. */
export function checkNumberMethods(methods: Record<string, Method>): void {
  for (const [kind, { bytes, range }] of Object.entries(KINDS)) {
    for (const suffix of bytes === 1 ? [''] : ['LE', 'BE']) {
      const read = methods[`read${kind}${suffix}`]!;
      const write = methods[`write${kind}${suffix}`]!;
      for (const name of new Set([kind + suffix, kind.replace('UInt', 'Uint') + suffix])) {
        methods[`read${name}`] = function (this: Uint8Array, offset = 0) {
          assertOffset(offset, bytes, this.length);
          return read.call(this, offset);
        };
        methods[`write${name}`] = function (this: Uint8Array, value, offset = 0) {
          if (range && ((value as number) < range[0] || (value as number) > range[1]))
            throw createRangeError('value', range[2], value);
          assertOffset(offset, bytes, this.length);
          return write.call(this, value, offset);
        };
      }
    }
  }
  for (const bits of [16, 32, 64]) {
    const swap = methods[`swap${bits}`]!;
    methods[`swap${bits}`] = function (this: Uint8Array) {
      if (this.length % (bits / 8) === 0) return swap.call(this);
      const message = `Buffer size must be a multiple of ${bits}-bits`;
      throw createCodedError(new RangeError(message), 'ERR_INVALID_BUFFER_SIZE');
    };
  }
}
