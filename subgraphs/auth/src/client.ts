import type { IncomingHttpHeaders } from 'node:http';
import type { Client } from './session.entity.ts';

const USER_AGENT_LIMIT = 512;

/**
 * Who sent a request, as the hop before this service tells it: the last address in `X-Forwarded-For` is the one that the
 * gateway saw; those before it are whatever the client claimed.
 */
export function toClient(headers: IncomingHttpHeaders): Client {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',');
  const ip = forwarded.split(',').at(-1)?.trim() || null;
  return { userAgent: headers['user-agent']?.slice(0, USER_AGENT_LIMIT) ?? null, ip };
}
