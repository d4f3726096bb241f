import { connect, createServer, type Socket } from 'node:net';
import type { TestDatabase } from './database.ts';

/** A way to a database that can be taken away: its connections break, and new ones are refused, until it is back. */
export interface InterruptibleDatabase extends TestDatabase {
  interrupt(): void;
  restore(): void;
  /** Resolves when so many connections have been refused, in all. */
  refused(count: number): Promise<void>;
}

/** A proxy in front of a database, which is not disposed with it. */
export async function interruptDatabase(databaseUrl: string): Promise<InterruptibleDatabase> {
  const behind = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let isAway = false;
  let refused = 0;
  const server = createServer((client) => {
    if (isAway) {
      client.destroy();
      refused += 1;
      for (const look of waiting) look();
      return;
    }
    const upstream = connectTo(behind);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // `close` follows an error.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    url: url.href,
    interrupt() {
      isAway = true;
      breakAll();
    },
    restore() {
      isAway = false;
    },
    refused: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (refused < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A host that is a folder is where PostgreSQL's clients find a socket. */
function connectTo({ hostname, port }: URL): Socket {
  const host = decodeURIComponent(hostname);
  return host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host);
}
