import type { IncomingMessage } from 'node:http';
import { HttpError } from '../request/http.error.ts';

/**
 * Yields the request's body in chunks, within a size limit and an idle timeout. The timeout counts only while the
 * gateway waits for the client, because a slow target is not the client's fault. The request is not destroyed on an
 * error, so that it can still be answered.
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
