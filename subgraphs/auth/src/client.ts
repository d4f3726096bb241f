import type { IncomingHttpHeaders } from 'node:http';
import type { Client } from './session.entity.ts';

const USER_AGENT_LIMIT = 512;

/**
 * Identifies the client of a request. The last address in `X-Forwarded-For` is the one that the gateway saw. Earlier addresses
 * come from the client and are not trustworthy.
 */
export function toClient(headers: IncomingHttpHeaders): Client {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const ip = forwarded.split(',').at(-1)?.trim() || null;
  return { userAgent: headers['user-agent']?.slice(0, USER_AGENT_LIMIT) ?? null, ip };
}
