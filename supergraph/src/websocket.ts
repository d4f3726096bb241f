import type { IncomingMessage, Server } from 'node:http';
import { AppError } from '@vibecode/platform/errors';
import { newId } from '@vibecode/platform/id';
import type { Logger } from '@vibecode/platform/log';
import { buildSchema, type ExecutionResult, GraphQLError, type GraphQLFormattedError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { GatewayHooks } from './hooks.ts';
import type { GatewayCore, GraphQLResult, Identity, RequestContext } from './types.ts';

export interface WebSocketOptions {
  readonly server: Server;
  /** Asked for each operation, so that a reload takes effect on open connections. */
  readonly core: () => GatewayCore;
  readonly hooks?: () => GatewayHooks;
  readonly log: Logger;
  /** Default `/graphql`. */
  readonly path?: string;
}

const schema = buildSchema('type Query { any: Boolean } type Subscription { any: Boolean }');
const QUERY = parse('query { any }');
const SUBSCRIPTION = parse('subscription { any }');
const GOING_AWAY = 1001;
const KEEP_ALIVE_MS = 12_000;

/**
 * Queries, mutations and subscriptions over graphql-ws. `connection_init` may bring `authorization` (or `Authorization`)
 * where a browser can set no header.
 * Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function startWebSocket({ server, core, hooks, log, path = '/graphql' }: WebSocketOptions): AsyncDisposable {
  const sockets = new WebSocketServer({
    server,
    path,
    perMessageDeflate: false,
    verifyClient: ({ req }, answer) => {
      const allowed = hooks?.().allowUpgrade?.(req.headers as RequestContext['headers']) ?? true;
      answer(allowed, 403, 'This origin may not open WebSockets with a cookie that signs in.');
    },
  });

  const disposable = useServer(
    {
      onSubscribe: async (socket, _id, payload) => {
        const abort = new AbortController();
        try {
          const headers = toHeaders(socket.extra.request, socket.connectionParams);
          const context: RequestContext = {
            id: newId(),
            headers,
            identity: await identify(headers, socket.connectionParams, hooks?.()),
            remoteAddress: socket.extra.request.socket.remoteAddress,
            signal: abort.signal,
            ...(payload.extensions ? { extensions: payload.extensions } : {}),
            ...(headers.traceparent ? { traceparent: headers.traceparent } : {}),
          };
          const isSubscription = core().operationType(payload) === 'subscription';
          const result = await core()[isSubscription ? 'subscribe' : 'execute'](payload, context);
          if (!(Symbol.asyncIterator in result) && !('data' in result)) return toGraphQLErrors(result.errors);
          // The core has parsed, checked and started the operation; graphql-ws only has to know of which kind it is.
          const document = Symbol.asyncIterator in result ? SUBSCRIPTION : QUERY;
          return { schema, document, rootValue: { result, abort } satisfies Started };
        } catch (error) {
          return toGraphQLErrors([toFormatted(error, log)]);
        }
      },
      execute: ({ rootValue }) => (rootValue as Started).result as ExecutionResult,
      subscribe: ({ rootValue }) => toStoppable(rootValue as Started),
    },
    sockets,
    KEEP_ALIVE_MS,
  );

  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away');
      await disposable.dispose();
    },
  };
}

interface Started {
  readonly result: AsyncIterable<GraphQLResult> | GraphQLResult;
  readonly abort: AbortController;
}

function toHeaders(
  request: IncomingMessage,
  params: Readonly<Record<string, unknown>> | undefined,
): RequestContext['headers'] {
  const headers = request.headers as RequestContext['headers'];
  const authorization = params?.authorization ?? params?.Authorization;
  return typeof authorization === 'string' ? { ...headers, authorization } : headers;
}

async function identify(
  headers: RequestContext['headers'],
  params: Readonly<Record<string, unknown>> | undefined,
  hooks: GatewayHooks | undefined,
): Promise<Identity | null> {
  if (hooks?.identify) return hooks.identify(headers, params);
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token ? { key: token, subject: '', token, scopes: [], claims: {} } : null;
}

/** Ends at once when the client stops, though the source may be waiting for its next event. */
function toStoppable({ result, abort }: Started): AsyncGenerator<ExecutionResult, void, void> {
  const events = (result as AsyncIterable<GraphQLResult>)[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  const stopped = new Promise<typeof done>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(done), { once: true });
  });
  const stop = async () => {
    abort.abort();
    void Promise.resolve(events.return?.()).catch(() => undefined);
    return done;
  };
  return {
    next: () => Promise.race([events.next() as Promise<IteratorResult<ExecutionResult, void>>, stopped]),
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function toFormatted(error: unknown, log: Logger): GraphQLFormattedError {
  if (error instanceof AppError) return { message: error.message, extensions: { ...error.details, code: error.code } };
  log.error({ action: 'gateway.websocket.failed', error });
  return { message: 'The gateway failed to answer.', extensions: { code: 'INTERNAL_ERROR' } };
}

function toGraphQLErrors(errors: readonly GraphQLFormattedError[] = []): GraphQLError[] {
  return errors.map(({ message, path, extensions }) => new GraphQLError(message, { path, extensions }));
}
