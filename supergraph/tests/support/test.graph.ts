import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { pino } from 'pino';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import type { Resolvers } from './in-process.transport.ts';

/** What resolvers know of the request that they answer. */
export interface ResolverContext {
  readonly headers: IncomingHttpHeaders;
  readonly response: ServerResponse;
}

export interface TestSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: Resolvers;
  /** Answers in place of GraphQL where it returns true. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface TestGraph extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly url: string;
  /** What subgraphs got, in order. */
  readonly requests: { readonly subgraph: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];
  query(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<GraphQLResult>;
}

/** Subgraphs on ports of their own, and a gateway over them. */
export async function startTestGraph(
  subgraphs: readonly TestSubgraph[],
  options: Partial<GatewayOptions> = {},
): Promise<TestGraph> {
  const requests: TestGraph['requests'] = [];
  await using starting = new AsyncDisposableStack();
  const services = await Promise.all(
    subgraphs.map(async ({ name, sdl, resolvers, intercept }) => {
      const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
      const server = createServer(async (request, response) => {
        if (intercept?.(request, response)) return;
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = Buffer.concat(chunks).toString();
        requests.push({ subgraph: name, headers: request.headers, body });
        const { query, variables, operationName } = JSON.parse(body);
        const contextValue: ResolverContext = { headers: request.headers, response };
        const result = await graphql({ schema, source: query, variableValues: variables, operationName, contextValue });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      starting.defer(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
      return { name, url, typeDefs: parse(sdl) };
    }),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const gateway = await startGateway({
    supergraph: { sdl: supergraphSdl },
    port: 0,
    log: pino({ level: 'silent' }),
    ...options,
  });
  starting.use(gateway);
  const stack = starting.move();
  const url = `${gateway.url}/graphql`;
  return {
    gateway,
    url,
    requests,
    async query(query, variables, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLResult;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@tag", "@authenticated", "@requiresScopes", "@context", "@fromContext"])';
