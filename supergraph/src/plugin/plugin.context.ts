import type { GraphQLRequestListener } from '@apollo/server';
import { type GraphQLRequestContext, HeaderMap } from '@apollo/server';
import type { KeyValueCache } from '@apollo/utils.keyvaluecache';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import { OverallCachePolicy } from './cache.policy.ts';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Apollo Server's request context while it is being filled in. */
export type OpenRequestContext = Writable<GraphQLRequestContext<RequestContext>> & {
  readonly overallCachePolicy: OverallCachePolicy;
};

export interface RequestContextOptions {
  readonly request: GraphQLRequest;
  readonly context: RequestContext;
  readonly schema: GraphQLSchema;
  readonly logger: OpenRequestContext['logger'];
  readonly cache: KeyValueCache<string>;
}

/** An operation as plugins of Apollo Server see it, whatever it came over: `request.http` has the client's headers. */
export function createRequestContext({
  request,
  context,
  schema,
  logger,
  cache,
}: RequestContextOptions): OpenRequestContext {
  const { query, operationName, variables, extensions } = request;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(context.headers))
    if (value !== undefined) headers.set(name, String(value));
  return {
    logger,
    cache,
    request: {
      ...(query !== undefined && { query }),
      ...(operationName && { operationName }),
      variables: variables ?? {},
      extensions: extensions ?? {},
      http: { method: context.method ?? 'GET', headers, search: '', body: undefined },
    },
    response: { http: { status: undefined, headers: new HeaderMap() } },
    schema,
    contextValue: context,
    metrics: {},
    overallCachePolicy: new OverallCachePolicy(),
    requestIsBatched: false,
  } as OpenRequestContext;
}

export type RequestListener = GraphQLRequestListener<RequestContext>;

/** Plugins take errors with a `serviceName` for a subgraph's, which has reported them itself. */
export function toGraphQLError({ message, path, extensions = {} }: GraphQLFormattedError): GraphQLError {
  const { service } = extensions;
  return new GraphQLError(message, {
    path: path ?? null,
    extensions: { ...extensions, ...(service !== undefined && { serviceName: service }) },
  });
}
