import { type ContentCoding, encode } from '../request/content.coding.ts';
import type { Send } from './send.ts';

/** Below this a compressed body is hardly smaller. */
const MIN_BYTES = 1_024;

/** Compresses what is sent. */
export function withCompression(send: Send, coding: ContentCoding): Send {
  return async (call) => {
    if (call.body.length < MIN_BYTES) return send(call);
    const body = await encode(Buffer.from(call.body as string), coding);
    return send({ ...call, body, headers: { ...call.headers, 'content-encoding': coding } });
  };
}
