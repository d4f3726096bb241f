import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Identity } from '../request/context.ts';
import { HOP_BY_HOP } from './hop.headers.ts';
import type { RouteConfig } from './route.target.ts';

export function toForwardedHeaders(
  request: IncomingMessage,
  route: RouteConfig,
  viewer: Identity | null,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = { ...request.headers };
  for (const name of [...HOP_BY_HOP, 'host', 'expect']) delete headers[name];
  delete headers['x-authenticated-user'];
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], request.socket.remoteAddress].filter(Boolean).join(', ');
  headers['x-forwarded-host'] = request.headers.host;
  headers['x-forwarded-proto'] = 'encrypted' in request.socket ? 'https' : 'http';
  if (route.authentication === 'none' || !viewer) return headers;
  headers.authorization = `Bearer ${viewer.token}`;
  if (viewer.subject) headers['x-authenticated-user'] = viewer.subject;
  return headers;
}
