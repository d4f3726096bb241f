import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { toMisdirected } from '../request/allowed.hosts.ts';
import type { GatewayCore, RequestContext } from '../request/context.ts';
import type { GraphQLResult } from '../request/message.ts';
import { compileRoutePattern } from '../request/route.pattern.ts';
import { WebSocketConnection } from './websocket.connection.ts';
import type { WebSocketOptions } from './websocket.options.ts';
import { SocketPlaces } from './websocket.places.ts';

const GOING_AWAY = 1001;

const gone = async (): Promise<GraphQLResult> => ({
  errors: [{ message: 'No GraphQL is served at this path any more.', extensions: { code: 'NOT_FOUND' } }],
});
/** For connections to a variant that a reload has taken away. */
const NO_LONGER_SERVED: GatewayCore = { execute: gone, subscribe: gone };
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Queries, mutations and subscriptions over graphql-transport-ws. `connection_init` may bring `authorization` where a browser can set
 * no header; an operation may bring a fresher one in its `extensions`.
 * Disposing it closes every connection with 1001, after what was sent before.
 * Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function startWebSocket(options: WebSocketOptions): AsyncDisposable {
  const { server, path = '/graphql', heartbeatMs = 12_000, messageLimitBytes = 2_000_000 } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageLimitBytes,
    handleProtocols: (offered) => (offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false),
  });
  const places = options.connections && new SocketPlaces(options.connections);
  const alive = new WeakSet<WebSocket>();
  const networks = new WeakMap<WebSocket, { readonly socket: Socket; flushedBytes: number }>();
  /** A slow client answers a ping only once it has read what was sent before: it lives as long as it reads. */
  const hasRead = (socket: WebSocket): boolean => {
    const network = networks.get(socket);
    if (!network) return false;
    const flushedBytes = network.socket.bytesWritten - network.socket.writableLength;
    const isMore = socket.bufferedAmount > 0 && flushedBytes > network.flushedBytes;
    network.flushedBytes = flushedBytes;
    return isMore;
  };
  const isGraphQL = compileRoutePattern(path);
  const optionsAt = (requested: string): WebSocketOptions | null => {
    const first = options.variantAt?.(requested);
    if (!first) return isGraphQL(requested) ? options : null;
    const current = () => options.variantAt?.(requested);
    return {
      ...options,
      path: requested,
      core: () => current()?.core ?? NO_LONGER_SERVED,
      hooks: () => current()?.hooks ?? first.hooks,
    };
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const requested = request.url?.split('?', 1)[0] ?? '/';
    const { host } = request.headers;
    const at = optionsAt(requested);
    if (options.allowsHost?.(host, requested) === false) refuse(socket, '421 Misdirected Request', toMisdirected(host));
    else if (!at) refuse(socket, '404 Not Found', 'No GraphQL is served at this path.');
    else if (at.hooks?.().allowUpgrade?.(request.headers as RequestContext['headers']) === false)
      refuse(socket, '403 Forbidden', 'This origin may not open WebSockets with a cookie that signs in.');
    else if (places && !places.enter(request, socket))
      refuse(socket, '429 Too Many Requests', 'This address has too many WebSockets open.');
    else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request, at));
  };
  server.on('upgrade', onUpgrade);

  sockets.on('connection', (socket: WebSocket, request: IncomingMessage, at: WebSocketOptions) => {
    // Frames that are none come from clients that are refused, too. They are told why, and need not answer.
    socket.on('error', () => setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref());
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
      return;
    }
    alive.add(socket);
    networks.set(socket, { socket: request.socket, flushedBytes: 0 });
    socket.on('pong', () => alive.add(socket));
    new WebSocketConnection(socket, request, at, places?.forUser(socket));
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      const isReading = hasRead(socket);
      if (!alive.delete(socket) && !isReading) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
  }, heartbeatMs);

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      server.off('upgrade', onUpgrade);
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'Going away');
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_TIMEOUT_MS);
      await new Promise((resolve) => {
        sockets.close();
        if (sockets.clients.size === 0) resolve(undefined);
        for (const socket of sockets.clients) {
          socket.once('close', () => {
            if (sockets.clients.size === 0) resolve(undefined);
          });
        }
      });
      clearTimeout(cut);
    },
  };
}

function refuse(socket: Duplex, status: string, why: string): void {
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(why)}\r\n\r\n`;
  socket.end(head + why);
}
