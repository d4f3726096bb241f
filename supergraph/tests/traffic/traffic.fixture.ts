import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttp2Server, createSecureServer, type SecureServerOptions } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer, json } from 'node:stream/consumers';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import type { GraphQLResult } from '../../src/request/message.ts';
import { type EdgeGraph, startEdgeGraph } from '../edge/edge.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

/** A subgraph with `hello` and `mirror(text)` to ask, and `change` to do. */
export const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String mirror(text: String): String }\ntype Mutation { change: String }`,
  resolvers: { Query: { hello: () => 'hi' }, Mutation: { change: () => 'done' } },
};

export interface Received {
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly received: Received[];
  /** Connections that are open now. */
  readonly sockets: Set<Duplex>;
  /** The request with this number, from 0, as soon as it has come. */
  request(index: number): Promise<Received>;
  /** Cuts every connection and listens no more. */
  kill(): Promise<void>;
}

export interface UpstreamOptions {
  readonly port?: number;
  /** Of a Unix socket, in place of a port. */
  readonly path?: string;
  readonly tls?: SecureServerOptions;
  readonly http2?: boolean;
}

/** A server in a subgraph's place that does what the test says. */
export async function startUpstream(
  answer: (received: Received, index: number) => unknown,
  { port = 0, path, tls, http2 = false }: UpstreamOptions = {},
): Promise<Upstream> {
  const received: Received[] = [];
  const waiting = new Map<number, (received: Received) => void>();
  const sockets = new Set<Duplex>();
  const listener: RequestListener = async (request, response) => {
    const body = await buffer(request).catch(() => null);
    if (!body) return;
    const one = { body, request, response };
    const index = received.push(one) - 1;
    waiting.get(index)?.(one);
    answer(one, index);
  };
  const create = http2 ? (tls ? createSecureServer : createHttp2Server) : tls ? createTlsServer : createServer;
  const server = (create as typeof createTlsServer)((tls ?? {}) as object, listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(path ? { path } : { port, host: '127.0.0.1' });
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  const kill = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port: bound,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}/graphql`,
    received,
    sockets,
    request: (index) =>
      new Promise((resolve) => {
        const there = received[index];
        if (there) resolve(there);
        else waiting.set(index, resolve);
      }),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** Answers like a GraphQL server. */
export function sayHello({ response }: Received, hello = 'hi'): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: { hello, change: 'done' } }));
}

/** A gateway over the one subgraph, which is reached at this URL. */
export function startGreeterGraph(
  url: string,
  config: string,
  options: Partial<GatewayOptions> = {},
): Promise<EdgeGraph> {
  return startEdgeGraph(
    `include_subgraph_errors: { all: true }\noverride_subgraph_url: { greeter: "${url}" }\n${config}`,
    [greeter],
    options,
  );
}

export interface Asked {
  readonly answered: Promise<{
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: GraphQLResult;
  }>;
  readonly cancel: () => void;
}

/** Sends a request that can be cancelled, on a connection of its own. */
export function ask(url: string, query: string, headers: Record<string, string> = {}): Asked {
  const request = requestHttp(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  request.end(JSON.stringify({ query }));
  const answered = once(request, 'response').then(async ([response]: IncomingMessage[]) => ({
    status: response!.statusCode ?? 0,
    headers: response!.headers,
    body: (await json(response!)) as GraphQLResult,
  }));
  answered.catch(() => undefined);
  return { answered, cancel: () => request.destroy(new Error('cancelled')) };
}
