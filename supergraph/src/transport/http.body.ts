import type { IncomingMessage } from 'node:http';
import { decode, parseCodings } from '../request/content.coding.ts';
import { HttpError } from '../request/http.error.ts';
import { DEFAULT_MAX_JSON_VALUES } from './json.bounds.ts';

export interface BodyLimits {
  /** Largest body, as sent and decompressed. Default 2,000,000, as in Apollo Router. */
  readonly bytes: number;
  /** Longest time for a whole body. Default 60,000. */
  readonly totalMs: number;
  /** Longest time in which nothing of it comes. Default 10,000. */
  readonly idleMs: number;
  /** Most values and keys of its JSON. Default 50,000. */
  readonly jsonValues: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = {
  bytes: 2_000_000,
  totalMs: 60_000,
  idleMs: 10_000,
  jsonValues: DEFAULT_MAX_JSON_VALUES,
};

/** Codings one after the other that are undone. */
const MAX_CODINGS = 2;

/**
 * A request's body as text, decompressed as its `content-encoding` says. What is too large is not inflated to its end.
 * @throws HttpError 408 for one that comes too slowly, 413, 415 for a coding that is not known, 400 for one that is not in it
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined) return (await readBytes(request, limits)).toString('utf8');
  const codings = parseCodings(encoding);
  if (!codings || codings.length > MAX_CODINGS) throw unsupportedCoding(encoding);
  const body = await readBytes(request, limits);
  try {
    return (await decode(body, codings, limits.bytes)).toString('utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limits.bytes);
    throw new HttpError(400, `The request's body is not in the content-encoding '${encoding}'.`);
  }
}

function readBytes(request: IncomingMessage, { bytes: limitBytes, totalMs, idleMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isRefused = false;
    const startMs = performance.now();
    let lastMs = startMs;
    const check = (): void => {
      const nowMs = performance.now();
      const leftMs = Math.min(startMs + totalMs, lastMs + idleMs) - nowMs;
      if (leftMs > 0) {
        timer = setTimeout(check, leftMs);
        return;
      }
      // A client that has been refused already is given no more time.
      if (isRefused) request.destroy();
      else reject(tooSlow());
    };
    let timer = setTimeout(check, Math.min(totalMs, idleMs));
    request.on('data', (chunk: Buffer) => {
      lastMs = performance.now();
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else if (!isRefused) {
        isRefused = true;
        chunks.length = 0;
        reject(tooLarge(limitBytes));
      }
    });
    request.on('end', () => {
      clearTimeout(timer);
      const [first, second] = chunks;
      resolve(first && !second ? first : Buffer.concat(chunks, isRefused ? 0 : bytes));
    });
    request.on('error', reject);
    request.once('close', () => clearTimeout(timer));
  });
}

function tooLarge(limitBytes: number): HttpError {
  return new HttpError(413, `The request's body is over the limit of ${limitBytes} bytes.`, 'PAYLOAD_TOO_LARGE');
}

function tooSlow(): HttpError {
  return new HttpError(408, "The request's body came too slowly.", 'REQUEST_TIMEOUT', { connection: 'close' });
}

function unsupportedCoding(encoding: string): HttpError {
  return new HttpError(
    415,
    `The request's content-encoding '${encoding}' is not supported; expected gzip, deflate, br or zstd.`,
    'UNSUPPORTED_MEDIA_TYPE',
    { 'accept-encoding': 'gzip, deflate, br, zstd' },
  );
}
