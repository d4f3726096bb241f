import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from './database.ts';

/** A database that counts the statements that reach it, from every driver. */
export interface CountingDatabase extends TestDatabase {
  /** Counts the statements that arrive while the work runs, also those of concurrent work. */
  countStatements(work: () => Promise<unknown>): Promise<number>;
}

const [QUERY, EXECUTE] = ['Q', 'E'].map((letter) => letter.charCodeAt(0));
const TYPE_BYTES = 1;

/**
 * Starts PGlite in memory behind a proxy that reads the clients' messages.
 * Message formats: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export async function startCountingDatabase(): Promise<CountingDatabase> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await startTestDatabase());
  let count = 0;
  const sockets = new Set<Socket>();
  const behind = new URL(database.url);
  const server = createServer((client) => {
    const upstream = connect(toSocketPath(behind));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // `close` follows an error.
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
    client.on(
      'data',
      createReader((type) => {
        if (type === QUERY || type === EXECUTE) count += 1;
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  const resources = started.move();
  return {
    url: url.href,
    async countStatements(work) {
      const before = count;
      await work();
      return count - before;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** The path of the socket in the folder that a URL has as its host. */
function toSocketPath({ hostname, port }: URL): string {
  return join(decodeURIComponent(hostname), `.s.PGSQL.${port}`);
}

/** Reports the type of each message in a stream of chunks. The first message of a connection has no type. */
function createReader(onMessage: (type: number) => void): (chunk: Buffer) => void {
  let received = Buffer.alloc(0);
  let typeBytes = 0;
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= typeBytes + 4) {
      const length = typeBytes + received.readInt32BE(typeBytes);
      if (received.length < length) return;
      if (typeBytes > 0) onMessage(received[0]!);
      typeBytes = TYPE_BYTES;
      received = received.subarray(length);
    }
  };
}
