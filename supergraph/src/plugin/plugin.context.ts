import { type GraphQLRequestContext, HeaderMap } from '@apollo/server';
import type { KeyValueCache } from '@apollo/utils.keyvaluecache';
import type { GraphQLSchema } from 'graphql';
import type { GraphQLRequest, RequestContext } from '../request/types.ts';
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
