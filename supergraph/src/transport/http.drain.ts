import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Browsers and connection pools open connections in advance. Node does not count those as idle, and a server would wait
 * for them when it closes.
 * @returns closes the connections on which nothing was asked so far
 */
export function watchUnusedConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
