import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { ByteQueue } from '../byte.queue.ts';

/**
 * Serves one PGlite instance to many PostgreSQL clients over a Unix socket. Whoever can reach the socket is let in, so its
 * directory has to be private.
 *
 * PGlite is a single backend session. `@electric-sql/pglite-socket` hands it one protocol message at a time, so two
 * clients that run parameterised queries at once overwrite each other's unnamed statement between Parse and Bind.
 * Here the unit of work is everything a client sends up to its Sync, and a client whose transaction is open keeps the
 * session until the transaction ends or the client is gone.
 *
 * Message formats: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export type PGliteServer = AsyncDisposable;

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const [QUERY, SYNC, FLUSH, TERMINATE] = ['Q', 'S', 'H', 'X'].map((letter) => letter.charCodeAt(0));

interface Unit {
  readonly client: Client;
  readonly message: Uint8Array;
}

interface Client {
  readonly socket: Socket;
  readonly received: ByteQueue;
  started: boolean;
  /** Messages since the last Sync, not yet handed over. */
  pending: Buffer[];
}

/** @param path of the socket; what a killed process left there is removed, so only one process may use it */
export async function startPGliteServer(db: PGlite, path: string): Promise<PGliteServer> {
  const clients = new Set<Client>();
  const queue: Unit[] = [];
  let owner: Client | null = null;
  let running = false;

  async function work(): Promise<void> {
    if (running) return;
    running = true;
    try {
      for (let unit = next(); unit; unit = next()) await run(unit);
    } finally {
      running = false;
    }
  }

  function next(): Unit | undefined {
    if (!owner) return queue.shift();
    const index = queue.findIndex((unit) => unit.client === owner);
    return index < 0 ? undefined : queue.splice(index, 1)[0];
  }

  async function run({ client, message }: Unit): Promise<void> {
    if (!clients.has(client)) return;
    try {
      await db.runExclusive(() =>
        db.execProtocolRawStream(message, {
          onRawData: (data) => {
            if (client.socket.writable) client.socket.write(Buffer.from(data));
          },
        }),
      );
    } catch (error) {
      client.socket.destroy(error as Error);
    }
    owner = db.isInTransaction() ? client : null;
    if (owner && !clients.has(owner)) await abandon();
  }

  /** A client left in mid-transaction: nothing of it may stay. */
  async function abandon(): Promise<void> {
    await db.exec('rollback');
    owner = null;
  }

  function enqueue(client: Client, message: Buffer): void {
    queue.push({ client, message: new Uint8Array(message) });
    void work();
  }

  function receive(client: Client, chunk: Buffer): void {
    client.received.push(chunk);
    for (;;) {
      const header = client.started ? 1 : 0;
      const head = client.received.peek(header + 4);
      if (!head) return;
      const length = head.readInt32BE(header);
      if (length < 4) {
        client.socket.destroy(new Error(`Expected a message that holds its length of 4 bytes, got one of ${length}`));
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
      enqueue(client, message);
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
    enqueue(client, unit);
  }

  function leave(client: Client): void {
    clients.delete(client);
    if (owner !== client || running) return;
    running = true;
    abandon()
      .finally(() => {
        running = false;
      })
      .then(work, () => undefined);
  }

  const server: Server = createServer((socket) => {
    const client: Client = { socket, received: new ByteQueue(), started: false, pending: [] };
    clients.add(client);
    socket.on('data', (chunk) => receive(client, chunk));
    // A connection that breaks is closed too, and that is where its client leaves.
    socket.on('error', () => undefined);
    socket.on('close', () => leave(client));
  });
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      for (const { socket } of clients) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
