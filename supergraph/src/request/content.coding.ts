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

type Decode = (body: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;
const decoders: Readonly<Record<ContentCoding, Decode>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Compresses off the main thread. */
export function encode(body: Buffer, coding: ContentCoding): Promise<Buffer> {
  return encoders[coding](body);
}

/**
 * @param codings value of `content-encoding`: codings in the order they were applied
 * @throws RangeError `ERR_BUFFER_TOO_LARGE` beyond the limit, Error for what is not in a known coding
 */
export async function decode(body: Buffer, codings: string, limitBytes: number): Promise<Buffer> {
  let decoded = body;
  for (const name of codings.toLowerCase().split(',').reverse()) {
    const coding = name.trim().replace(/^x-/, '');
    if (coding === 'identity' || coding === '') continue;
    if (!Object.hasOwn(decoders, coding)) throw new Error(`an answer in the unknown content coding '${coding}'`);
    decoded = await decoders[coding as ContentCoding](decoded, { maxOutputLength: limitBytes });
  }
  return decoded;
}
