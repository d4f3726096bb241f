import type { IncomingMessage } from 'node:http';
import type { RouterConfig } from '../config/config.schema.ts';
import { HttpError } from '../request/http.error.ts';

/** What a browser cannot read as a media type it may send as if there were none. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/;
const SIMPLE_TYPES = new Set(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']);

/** @throws HttpError 400 for a request that any web page could have made a browser send without asking */
export type AssertPreflighted = (request: Pick<IncomingMessage, 'headers' | 'method'>) => void;

/**
 * Only a request that a browser asks leave for (a preflight) runs: one with another content type than forms have, or with
 * a header that browsers never send by themselves. Null when switched off.
 */
export function createCsrfCheck(config: RouterConfig['csrf']): AssertPreflighted | null {
  if (config.unsafe_disabled) return null;
  return ({ headers, method }) => {
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== undefined && MEDIA_TYPE.test(type) && !SIMPLE_TYPES.has(type)) {
      // Browsers have been made to send a GET with other types without asking.
      if (type === 'application/json' || (method !== 'GET' && method !== 'HEAD')) return;
    }
    if (config.required_headers.some((name) => headers[name] !== undefined && headers[name] !== '')) return;
    throw new HttpError(
      400,
      `This request could come from any web page, so it does not run. Send content-type: application/json, or one of the headers ${config.required_headers.join(', ')} with any value.`,
      'CSRF_ERROR',
    );
  };
}
