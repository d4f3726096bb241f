import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { pino } from 'pino';
import { WebSocketServer } from 'ws';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../src/gateway/gateway.ts';

export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body: string;
}

export interface RawSubgraph {
  readonly sdl: string;
  /** The text of the answer to the text of a request. Null closes the connection. */
  readonly answer: (body: string, headers: Readonly<Record<string, unknown>>) => RawAnswer | string | null;
  /** Payloads of every subscription, as JSON texts. */
  readonly events?: readonly string[];
}

export interface RawGraph extends AsyncDisposable {
  readonly gateway: RunningGateway;
  readonly url: string;
  /** What subgraphs got, in order: names and texts. */
  readonly received: { readonly subgraph: string; readonly body: string }[];
  /** The text that answers a body. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<string>;
}

/** A gateway over subgraphs that write their answers themselves. */
export async function startRawGraph(
  subgraphs: Readonly<Record<string, RawSubgraph>>,
  options: Partial<GatewayOptions> = {},
): Promise<RawGraph> {
  await using starting = new AsyncDisposableStack();
  const received: RawGraph['received'] = [];
  const services = await Promise.all(
    Object.entries(subgraphs).map(async ([name, { sdl, answer, events = [] }]) => {
      const server = createServer(async (request, response) => {
        const body = await text(request);
        received.push({ subgraph: name, body });
        const answered = answer(body, request.headers);
        if (answered === null) {
          request.socket.destroy();
          return;
        }
        const { status = 200, headers = {}, body: sent } = typeof answered === 'string' ? { body: answered } : answered;
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(sent);
      });
      const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
      sockets.on('connection', (socket) => {
        socket.on('message', (message) => {
          const { type, id, payload } = JSON.parse(String(message)) as { type: string; id: string; payload: object };
          if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
          if (type !== 'subscribe') return;
          received.push({
            subgraph: name,
            body: String(message).includes('"payload"') ? String(message) : String(payload),
          });
          for (const event of events) socket.send(`{"id":"${id}","type":"next","payload":${event}}`);
          socket.send(`{"id":"${id}","type":"complete"}`);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      starting.defer(async () => {
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
      return { name, url, typeDefs: parse(sdl) };
    }),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const gateway = starting.use(
    await startGateway({ supergraph: { sdl: supergraphSdl }, port: 0, log: pino({ level: 'silent' }), ...options }),
  );
  const owned = starting.move();
  const url = `${gateway.url}/graphql`;
  return {
    gateway,
    url,
    received,
    async post(body, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      return response.text();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
