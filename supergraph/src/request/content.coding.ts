import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliDecompress,
  constants,
  deflate,
  gunzip,
  gzip,
  inflate,
  zstdCompress,
  zstdDecompress,
} from 'node:zlib';

/** Content codings of HTTP (RFC 9110, section 8.4.1; zstd: RFC 9659). */
export const contentCodings = ['gzip', 'deflate', 'br', 'zstd'] as const;
export type ContentCoding = (typeof contentCodings)[number];

// Brotli's own default quality is for files that are compressed once.
const BROTLI_QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

type Encode = (body: Buffer) => Promise<Buffer>;
const encoders: Readonly<Record<ContentCoding, Encode>> = {
  gzip: promisify<Buffer, Buffer>(gzip),
  deflate: promisify<Buffer, Buffer>(deflate),
  br: (body) => promisify(brotliCompress)(body, BROTLI_QUALITY),
  zstd: promisify<Buffer, Buffer>(zstdCompress),
};

const ZSTD_WINDOW = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

type Decode = (body: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;
const decoders: Readonly<Record<ContentCoding, Decode>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  // What is sent over HTTP needs no larger window (RFC 9659); a frame could claim 128 MiB of memory.
  zstd: (body, limits) => promisify(zstdDecompress)(body, { ...limits, ...ZSTD_WINDOW }),
};

/** Compresses off the main thread. */
export function encode(body: Buffer, coding: ContentCoding): Promise<Buffer> {
  return encoders[coding](body);
}

/** The codings of a `content-encoding` in the order they were applied; null when one of them is not known. */
export function parseCodings(header: string): ContentCoding[] | null {
  const codings: ContentCoding[] = [];
  for (const name of header.toLowerCase().split(',')) {
    const coding = name.trim().replace(/^x-/, '');
    if (coding === 'identity' || coding === '') continue;
    if (!Object.hasOwn(decoders, coding)) return null;
    codings.push(coding as ContentCoding);
  }
  return codings;
}

/**
 * Undoes codings that were applied in this order, off the main thread.
 * @throws RangeError `ERR_BUFFER_TOO_LARGE` as soon as it is beyond the limit, Error for what is not in the coding
 */
export async function decode(body: Buffer, codings: readonly ContentCoding[], limitBytes: number): Promise<Buffer> {
  let decoded = body;
  for (const coding of codings.toReversed()) decoded = await decoders[coding](decoded, { maxOutputLength: limitBytes });
  return decoded;
}
