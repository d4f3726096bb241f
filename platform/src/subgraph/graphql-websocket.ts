import type { IncomingHttpHeaders } from 'node:http';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { LRUCache } from 'lru-cache';
import type { WebSocketServer } from 'ws';
import { bearerToken } from '../http/request.ts';
import { newId } from '../id.ts';
import type { TokenVerifier } from '../identity.ts';
import type { Logger } from '../log.ts';
import { createErrorFormatter } from './graphql-errors.ts';
import type { CreateContext, OperationContext } from './operation-context.ts';
import { SubscriptionEvents, toOperationError } from './subscription-events.ts';

export interface GraphQLWebSocketOptions<Context extends OperationContext> {
  readonly server: WebSocketServer;
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly verifier: TokenVerifier;
  readonly context: CreateContext<Context>;
}

type OperationArgs = ExecutionArgs & { contextValue: OperationContext };

const GOING_AWAY = 1001;

/**
 * Serves subscriptions over graphql-ws. One socket may carry operations of many users: an operation has its token in
 * `extensions.authorization` and its trace in `extensions.traceparent`. Without them, those of `connection_init` apply.
 * Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function startGraphQLWebSocket<Context extends OperationContext>({
  server,
  schema,
  log,
  verifier,
  context,
}: GraphQLWebSocketOptions<Context>): AsyncDisposable {
  const format = createErrorFormatter(log);

  const documents = new LRUCache<string, DocumentNode>({ max: 1_000 });

  const disposable = useServer(
    {
      // An error thrown from a callback closes the socket, with the operations of other users. Every error of one operation
      // is therefore answered here, as that operation's result.
      onSubscribe: async (socket, _id, payload) => {
        try {
          return await toExecutionArgs(payload, socket.connectionParams, socket.extra.request.headers);
        } catch (error) {
          return Array.isArray(error) ? error : [toOperationError(error)];
        }
      },
      subscribe: (args) => subscribeWith(args as OperationArgs),
      execute: async (args) => execute({ ...args, contextValue: await context((args as OperationArgs).contextValue) }),
      onError: (_socket, id, _payload, errors) => errors.map((error) => format(error, id)),
      onNext: (_socket, id, _payload, _args, result) =>
        result.errors ? { ...result, errors: result.errors.map((error) => format(error, id)) } : result,
    },
    server,
    15_000,
  );

  async function toExecutionArgs(
    { query, variables, operationName, extensions }: SubscribePayload,
    connectionParams: Readonly<Record<string, unknown>> | undefined,
    headers: IncomingHttpHeaders,
  ): Promise<OperationArgs> {
    const authorization = extensions?.authorization ?? connectionParams?.authorization ?? headers.authorization;
    const token = bearerToken(typeof authorization === 'string' ? authorization : undefined);
    const viewer = token ? await verifier.verify(token) : null;
    const requestId = newId();
    const traceparent = extensions?.traceparent;
    return {
      schema,
      document: toDocument(query),
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      contextValue: {
        viewer,
        requestId,
        headers: typeof traceparent === 'string' ? { ...headers, traceparent } : headers,
        signal: new AbortController().signal,
        log: log.child({ requestId }),
      },
    };
  }

  /** @throws the array of errors that validation found */
  function toDocument(query: string): DocumentNode {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) throw errors;
    documents.set(query, document);
    return document;
  }

  /** graphql-js keeps one context for all events. Here each event has its own, and the end of the subscription aborts its signal. */
  async function subscribeWith(args: OperationArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const ended = new AbortController();
    const operation: OperationContext = { ...args.contextValue, signal: ended.signal };
    const source = await createSourceEventStream({ ...args, contextValue: await context(operation) });
    if (!(Symbol.asyncIterator in source)) {
      ended.abort();
      return source;
    }
    return new SubscriptionEvents({
      source,
      ended,
      viewer: operation.viewer,
      verifier,
      run: async (rootValue) => execute({ ...args, rootValue, contextValue: await context(operation) }),
    });
  }

  return {
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.close(GOING_AWAY, 'Going away');
      await disposable.dispose();
    },
  };
}
