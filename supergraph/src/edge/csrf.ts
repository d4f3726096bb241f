import type { IncomingMessage } from 'node:http';
import type { RouterConfig } from '../config/config.schema.ts';
import { HttpError } from '../request/http.error.ts';

/** Browsers may treat a content type that they cannot parse as missing, and skip the preflight. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/;
const SIMPLE_TYPES = new Set(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']);

/** @throws HttpError 400 for a request that any web page could make a browser send without a preflight */
export type AssertPreflighted = (request: Pick<IncomingMessage, 'headers' | 'method'>) => void;

/**
 * Admits only requests that need a preflight in a browser: those whose content type no form can have, or with a header
 * that browsers never send by themselves. Null when switched off.
 */
export function createCsrfCheck(config: RouterConfig['csrf']): AssertPreflighted | null {
  if (config.unsafe_disabled) return null;
  return ({ headers, method }) => {
    if (headers['content-type'] === 'application/json') return;
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== undefined && MEDIA_TYPE.test(type) && !SIMPLE_TYPES.has(type)) {
      // Pages have found ways to send a GET with other content types and without a preflight.
      if (type === 'application/json' || (method !== 'GET' && method !== 'HEAD')) return;
    }
    if (config.required_headers.some((name) => headers[name] !== undefined && headers[name] !== '')) return;
    throw new HttpError(
      400,
      `This request is refused because any web page could make a browser send it. Send content-type: application/json, or one of the headers ${config.required_headers.join(', ')} with any value.`,
      'CSRF_ERROR',
    );
  };
}
