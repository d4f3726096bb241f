import type { IncomingMessage } from 'node:http';
import { HttpError } from '../request/http.error.ts';

/**
 * The body as it comes. Time counts while the client is waited for only: a target that takes nothing is not the client's
 * fault. A request that is refused is left as it is, so that it can be answered.
 */
export async function* readLimited(
  request: IncomingMessage,
  limitBytes: number,
  idleMs: number,
): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false });
  let bytes = 0;
  for (;;) {
    const idle = Promise.withResolvers<never>();
    const timer = setTimeout(() => idle.reject(tooSlow()), idleMs);
    const next = await Promise.race([chunks.next(), idle.promise]).finally(() => clearTimeout(timer));
    if (next.done) return;
    const chunk = next.value as Buffer;
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    yield chunk;
  }
}

export function tooLarge(limitBytes: number): HttpError {
  return new HttpError(413, `The request's body is over the limit of ${limitBytes} bytes.`, 'PAYLOAD_TOO_LARGE');
}

function tooSlow(): HttpError {
  return new HttpError(408, "The request's body came too slowly.", 'REQUEST_TIMEOUT', { connection: 'close' });
}
