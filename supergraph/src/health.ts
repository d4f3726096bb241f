import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '@vibecode/platform/http/request';
import type { HttpHandler } from './http.ts';

/** Liveness and readiness at `/health/live`, `/health/ready`, and as Apollo Router has them: `/health?live`, `/health?ready`. */
export function toHealthRoutes(isReady: () => boolean): [string, HttpHandler][] {
  const live = (_request: IncomingMessage, response: ServerResponse) => sendJson(response, 200, { status: 'UP' });
  const ready = (_request: IncomingMessage, response: ServerResponse) => {
    const up = isReady();
    sendJson(response, up ? 200 : 503, { status: up ? 'UP' : 'DOWN' });
  };
  return [
    ['/health', (request, response) => (/\?ready\b/i.test(request.url ?? '') ? ready : live)(request, response)],
    ['/health/live', live],
    ['/health/ready', ready],
  ];
}
