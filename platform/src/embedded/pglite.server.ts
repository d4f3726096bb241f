import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { ByteQueue } from '../byte.queue.ts';
import { type ErrorFields, ErrorResponses } from './error.responses.ts';
import type { StorageGuard } from './storage.guard.ts';

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

export interface PGliteServerOptions {
  /** Of the socket. What a killed process left there is removed, so only one process may use it. */
  readonly path: string;
  /** Left out: the database is in memory, and no disk can become full. */
  readonly guard?: StorageGuard;
  /** The session cannot be used any more; nothing is answered from then on. */
  readonly onBroken: (error: Error) => void;
}

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const [QUERY, SYNC, FLUSH, TERMINATE] = ['Q', 'S', 'H', 'X'].map((letter) => letter.charCodeAt(0));

/** Sources: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const READ_ONLY_TRANSACTION = '25006';
const DISK_FULL = { C: '53100', M: 'the disk is full: nothing is stored until there is room' };
const DISK_FULL_CODE = DISK_FULL.C;

/** PGlite reports a log that cannot be written as an ordinary error, and answers nothing sensible after it. */
function isFatal({ V: severity = '', C: code, M: message = '' }: ErrorFields): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || (code === DISK_FULL_CODE && message.includes('pg_wal'));
}

interface Unit {
  readonly client: Client;
  readonly message: Uint8Array;
  /** Whether it ends what the client began. */
  readonly synced: boolean;
}

interface Client {
  readonly socket: Socket;
  readonly received: ByteQueue;
  started: boolean;
  /** Messages since the last Sync, not yet handed over. */
  pending: Buffer[];
}

export async function startPGliteServer(
  db: PGlite,
  { path, guard, onBroken }: PGliteServerOptions,
): Promise<PGliteServer> {
  const clients = new Set<Client>();
  const queue: Unit[] = [];
  let owner: Client | null = null;
  let running = false;
  let broken = false;
  /** Why the session cannot be used after what runs now. */
  let lost: Error | null = null;
  /** Whether the last unit ended without a Sync: what was parsed must not be lost to statements of our own. */
  let midway = false;

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

  async function run({ client, message, synced }: Unit): Promise<void> {
    if (broken || !clients.has(client)) return;
    try {
      if (!midway) await guard?.prepare();
      midway = !synced;
      await db.runExclusive(() =>
        db.execProtocolRawStream(message, {
          onRawData: (data) => {
            const answer = errors.push(data);
            if (client.socket.writable) client.socket.write(answer);
          },
        }),
      );
    } catch (error) {
      lost = error as Error;
    }
    if (lost) {
      breakOff(lost);
      return;
    }
    owner = db.isInTransaction() ? client : null;
    if (owner && !clients.has(owner)) await abandon();
  }

  const errors = new ErrorResponses((fields) => {
    if (isFatal(fields)) lost = new Error(`The database session is lost: ${fields.M} (${fields.C})`);
    return guard?.full && fields.C === READ_ONLY_TRANSACTION ? { ...fields, ...DISK_FULL } : fields;
  });

  /** What runs ends here: the error that is being answered still reaches its client. */
  function breakOff(error: Error): void {
    if (broken) return;
    broken = true;
    queue.length = 0;
    for (const { socket } of clients) socket.end();
    onBroken(error);
  }

  /** A client left in mid-transaction: nothing of it may stay. */
  async function abandon(): Promise<void> {
    await db.exec('rollback').catch(breakOff);
    owner = null;
  }

  function enqueue(client: Client, message: Buffer, synced = true): void {
    if (broken) return;
    queue.push({ client, message: new Uint8Array(message), synced });
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
    enqueue(client, unit, type !== FLUSH);
  }

  function leave(client: Client): void {
    clients.delete(client);
    if (owner !== client || running) return;
    running = true;
    void abandon().then(() => {
      running = false;
      return work();
    });
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
