import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { ByteQueue } from '../byte.queue.ts';
import { PGliteSession, type PGliteSessionOptions, type SessionClient } from './pglite.session.ts';

/**
 * Serves one PGlite instance to many PostgreSQL clients over a Unix socket. Connections need no password, so that the socket's
 * directory has to be private.
 *
 * PGlite has a single backend session. `@electric-sql/pglite-socket` passes single protocol messages to it, so that two
 * clients with concurrent parameterised queries overwrite each other's unnamed statement between Parse and Bind.
 * Here the unit of work is everything that a client sends up to its Sync. A client with an open transaction keeps the
 * session until the transaction ends or the client disconnects.
 *
 * Message formats: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export type PGliteServer = AsyncDisposable;

export interface PGliteServerOptions extends PGliteSessionOptions {
  /** Path of the socket. A socket that a killed process left is removed, so that only one process may use the path. */
  readonly path: string;
}

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const [QUERY, SYNC, FLUSH, TERMINATE] = ['Q', 'S', 'H', 'X'].map((letter) => letter.charCodeAt(0));

interface Client extends SessionClient {
  readonly received: ByteQueue;
  started: boolean;
  /** Messages since the last Sync that have not been executed. */
  pending: Buffer[];
}

export async function startPGliteServer(db: PGlite, { path, ...options }: PGliteServerOptions): Promise<PGliteServer> {
  const session = new PGliteSession(db, options);

  function receive(client: Client, chunk: Buffer): void {
    client.received.push(chunk);
    for (;;) {
      const header = client.started ? 1 : 0;
      const head = client.received.peek(header + 4);
      if (!head) return;
      const length = head.readInt32BE(header);
      if (length < 4) {
        client.socket.destroy(new Error(`The length of a message is ${length}; expected at least 4 bytes`));
        return;
      }
      const message = client.received.take(header + length);
      if (!message) return;
      if (client.started) accept(client, message);
      else startUp(client, message);
    }
  }

  function startUp(client: Client, message: Buffer): void {
    const code = message.length >= 8 ? message.readInt32BE(4) : 0;
    if (code === SSL_REQUEST || code === GSSENC_REQUEST) {
      client.socket.write('N');
    } else if (code === CANCEL_REQUEST) {
      client.socket.end();
    } else {
      client.started = true;
      session.enqueue(client, message);
    }
  }

  function accept(client: Client, message: Buffer): void {
    const type = message[0];
    if (type === TERMINATE) {
      client.socket.end();
      return;
    }
    client.pending.push(message);
    if (type !== QUERY && type !== SYNC && type !== FLUSH) return;
    const unit = client.pending.length === 1 ? message : Buffer.concat(client.pending);
    client.pending = [];
    session.enqueue(client, unit, type !== FLUSH);
  }

  const server: Server = createServer((socket) => {
    const client: Client = { socket, received: new ByteQueue(), started: false, pending: [] };
    session.join(client);
    socket.on('data', (chunk) => receive(client, chunk));
    // A broken connection is closed too, and its client is removed there.
    socket.on('error', () => undefined);
    socket.on('close', () => session.leave(client));
  });
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      session.destroyClients();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
