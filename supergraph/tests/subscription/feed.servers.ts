import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginSubscriptionCallback } from '@apollo/server/plugin/subscriptionCallback';
import { startStandaloneServer } from '@apollo/server/standalone';
import { execute, type GraphQLSchema, graphql, subscribe } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { SubscriptionServer } from 'subscriptions-transport-ws';
import { WebSocketServer } from 'ws';
import type { Feed, Users } from './feed.fixture.ts';

interface TestSubgraph extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Cuts every connection without a word, and listens no more. */
  kill(): Promise<void>;
}

interface SubgraphServerOptions {
  readonly port?: number;
  readonly feed?: Feed;
  readonly users?: Users;
  /** Path of the WebSocket. Default `/graphql`, as for queries. */
  readonly socketPath?: string;
}

export type StartSubgraph = (schema: GraphQLSchema, options?: SubgraphServerOptions) => Promise<TestSubgraph>;

/** HTTP and graphql-ws on one port, as the system's subgraphs have it. */
export const startSubgraph: StartSubgraph = async (schema, { port = 0, feed, users, socketPath = '/graphql' } = {}) => {
  const server = createQueryServer(schema, users);
  const sockets = new WebSocketServer({ server, path: socketPath });
  useServer(
    {
      schema,
      onConnect: ({ connectionParams, extra }) => {
        feed?.change((state) => {
          state.connections.push({ params: connectionParams, headers: extra.request.headers });
        });
        return true;
      },
      onPing: () => {
        feed?.change((state) => {
          state.pings += 1;
        });
      },
      onSubscribe: (_context, _id, { extensions }) => {
        feed?.change((state) => void state.extensions.push(extensions));
      },
    },
    sockets,
  );
  const cut = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return listen(server, port, cut);
};

/** HTTP, and the older WebSocket protocol by its own server. */
export const startLegacySubgraph: StartSubgraph = async (schema, { port = 0, feed, socketPath = '/graphql' } = {}) => {
  const server = createQueryServer(schema);
  const sockets = SubscriptionServer.create(
    {
      schema,
      execute,
      subscribe,
      onConnect: (params: unknown, _socket: unknown, context: { request: IncomingMessage }) => {
        feed?.change((state) => void state.connections.push({ params, headers: context.request.headers }));
      },
    },
    { server, path: socketPath },
  );
  return listen(server, port, () => {
    for (const client of sockets.server.clients) client.terminate();
  });
};

/** Apollo Server, which has no WebSockets: it calls back. */
export const startCallbackSubgraph: StartSubgraph = async (schema, { port = 0 } = {}) => {
  const apollo = new ApolloServer({ schema, plugins: [ApolloServerPluginSubscriptionCallback()] });
  const { url } = await startStandaloneServer(apollo, { listen: { port, host: '127.0.0.1' } });
  const { port: bound } = new URL(url);
  let stopping: Promise<void> | undefined;
  const kill = () => {
    stopping ??= apollo.stop();
    return stopping;
  };
  return { url, port: Number(bound), kill, [Symbol.asyncDispose]: kill };
};

function createQueryServer(schema: GraphQLSchema, users?: Users): Server {
  return createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query, variables } = JSON.parse(body);
    users?.change(({ asked }) => {
      asked.push((variables?.representations ?? []).map(({ id }: { id: string }) => id));
    });
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
}

async function listen(server: Server, port: number, cut: () => void): Promise<TestSubgraph> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const kill = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${bound}/graphql`,
    port: bound,
    kill,
    [Symbol.asyncDispose]: () => (server.listening ? kill() : Promise.resolve()),
  };
}
