import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import { toAppError } from '../errors.ts';
import { readJson, sendJson } from '../http/request.ts';
import type { Logger } from '../log.ts';
import { createErrorFormatter, toGraphQLError } from './graphql-errors.ts';
import type { CreateContext, OperationContext } from './operation-context.ts';

export interface GraphQLHttpOptions<Context extends OperationContext> {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly bodyLimitBytes: number;
  /** Identifies the client and creates the context. Throws an AppError for an invalid credential. */
  readonly identify: (request: IncomingMessage, response: ServerResponse) => Promise<OperationContext>;
  readonly context: CreateContext<Context>;
}

export interface GraphQLHttpHandler extends AsyncDisposable {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Serves queries and mutations over HTTP by Apollo Server, on the service's HTTP server. */
export async function startGraphQLHttp<Context extends OperationContext>(
  options: GraphQLHttpOptions<Context>,
): Promise<GraphQLHttpHandler> {
  const { schema, log, bodyLimitBytes, identify, context } = options;
  const format = createErrorFormatter(log);
  const server = new ApolloServer<Context>({
    schema,
    introspection: true,
    // Callers are gateways and services with bearer tokens. Cookies are not read here, so that CSRF is impossible.
    csrfPrevention: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => {
      const cause = unwrapResolverError(error);
      if (toAppError(cause)) return { ...formatted, ...pick(toGraphQLError(error)) };
      if (error instanceof GraphQLError && cause === error) return formatted;
      return { ...formatted, ...pick(format(error, '')) };
    },
    logger: { debug: () => {}, info: () => {}, warn: (m) => log.warn(m), error: (m) => log.error(m) },
  });
  await server.start();

  return {
    async handle(request, response) {
      let operation: OperationContext;
      let body: unknown;
      try {
        operation = await identify(request, response);
        body = request.method === 'POST' ? await readJson(request, bodyLimitBytes) : undefined;
      } catch (error) {
        const known = toAppError(error);
        if (!known) throw error;
        sendJson(response, known.status, { errors: [toGraphQLError(known)] });
        return;
      }
      const headers = new HeaderMap();
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const {
        status,
        headers: answerHeaders,
        body: answer,
      } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: {
          method: request.method ?? 'GET',
          headers,
          search: new URL(request.url ?? '/', 'http://service').search,
          body,
        },
        context: async () => context(operation),
      });
      for (const [name, value] of answerHeaders) response.setHeader(name, value);
      response.statusCode = status ?? 200;
      if (answer.kind === 'complete') {
        response.end(answer.string);
        return;
      }
      for await (const chunk of answer.asyncIterator) response.write(chunk);
      response.end();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function pick({ message, extensions }: { message: string; extensions?: Record<string, unknown> }) {
  return { message, extensions };
}
