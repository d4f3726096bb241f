import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@vibecode/platform/errors';
import { readBody, sendJson } from '@vibecode/platform/http/request';
import type { Logger } from '@vibecode/platform/log';
import type { Invalidate } from '../cache/cache.invalidation.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import type { HttpHandler } from '../request/hooks.ts';
import { startSideServer, toAddress } from './listen.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export interface InvalidationEndpoint extends AsyncDisposable {
  /** What the clients' own server answers. */
  readonly routes: readonly [string, HttpHandler][];
  /** Of an address of its own, without a path. */
  readonly url: string | null;
}

/** `response_cache.invalidation`: removes what is kept before its time. @throws the system's error when it cannot listen */
export async function startInvalidation(
  config: RouterConfig | null,
  invalidate: () => Invalidate | undefined,
  log: Logger,
): Promise<InvalidationEndpoint> {
  const endpoint = config?.response_cache.enabled ? config.response_cache.invalidation : null;
  if (!config || !endpoint) return { routes: [], url: null, [Symbol.asyncDispose]: async () => undefined };
  const handler = createHandler(invalidate, log);
  const { listen, path } = endpoint;
  if (!listen || listen === config.supergraph.listen) {
    return { routes: [[path, handler]], url: null, [Symbol.asyncDispose]: async () => undefined };
  }
  const server = await startSideServer(toAddress(listen), (request, response) => {
    if (request.url?.split('?', 1)[0] === path) void handler(request, response);
    else response.writeHead(404).end();
  });
  return { routes: [], url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function createHandler(invalidate: () => Invalidate | undefined, log: Logger): HttpHandler {
  return async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      sendJson(response, 405, { error: 'Invalidations are sent by POST.' });
      return;
    }
    try {
      const text = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
      const count = (await invalidate()?.(parse(text), request.headers.authorization)) ?? 0;
      log.info({ action: 'response-cache.invalidated', count });
      sendJson(response, 202, { count });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      sendJson(response, error.status, { error: error.message, code: error.code });
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('INVALID_INVALIDATION', 'The body is not JSON.', { cause });
  }
}
