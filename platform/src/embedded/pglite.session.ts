import type { Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { type ErrorFields, ErrorResponses } from './error.responses.ts';
import type { StorageGuard } from './storage.guard.ts';

export interface PGliteSessionOptions {
  /** Undefined if the database is in memory, where no disk can become full. */
  readonly guard?: StorageGuard;
  /** Called when the session is no longer usable. After that, nothing is answered. */
  readonly onBroken: (error: Error) => void;
}

export interface SessionClient {
  readonly socket: Socket;
}

interface Unit {
  readonly client: SessionClient;
  readonly message: Uint8Array;
  /** Whether the unit ends with a Sync. */
  readonly synced: boolean;
}

/** Sources: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const READ_ONLY_TRANSACTION = '25006';
const DISK_FULL = { C: '53100', M: 'the disk is full, so that the database is read-only until space is freed' };
const DISK_FULL_CODE = DISK_FULL.C;

/** Whether an error leaves the session unusable. PGlite reports a failed write of its log as an ordinary error. */
function isFatal({ V: severity = '', C: code, M: message = '' }: ErrorFields): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || (code === DISK_FULL_CODE && message.includes('pg_wal'));
}

/**
 * The single session of a PGlite instance, which many clients use in turn. A turn is a unit: everything that a client sends up to
 * its Sync. A client with an open transaction keeps the session until the transaction ends or the client disconnects.
 */
export class PGliteSession {
  readonly #db: PGlite;
  readonly #options: PGliteSessionOptions;
  readonly #clients = new Set<SessionClient>();
  readonly #queue: Unit[] = [];
  readonly #errors: ErrorResponses;
  #owner: SessionClient | null = null;
  #running = false;
  #broken = false;
  /** Why the session is unusable after the current unit; null while it is usable. */
  #lost: Error | null = null;
  /** Whether the last unit ended without a Sync. Our own statements must not discard its parsed statement. */
  #midway = false;

  constructor(db: PGlite, options: PGliteSessionOptions) {
    this.#db = db;
    this.#options = options;
    this.#errors = new ErrorResponses((fields) => {
      if (isFatal(fields)) this.#lost = new Error(`The database session is lost: ${fields.M} (${fields.C})`);
      return options.guard?.full && fields.C === READ_ONLY_TRANSACTION ? { ...fields, ...DISK_FULL } : fields;
    });
  }

  join(client: SessionClient): void {
    this.#clients.add(client);
  }

  enqueue(client: SessionClient, message: Buffer, synced = true): void {
    if (this.#broken) return;
    this.#queue.push({ client, message: new Uint8Array(message), synced });
    void this.#work();
  }

  leave(client: SessionClient): void {
    this.#clients.delete(client);
    if (this.#owner !== client || this.#running) return;
    this.#running = true;
    void this.#abandon().then(() => {
      this.#running = false;
      return this.#work();
    });
  }

  /** Closes all connections at once. */
  destroyClients(): void {
    for (const { socket } of this.#clients) socket.destroy();
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let unit = this.#next(); unit; unit = this.#next()) await this.#run(unit);
    } finally {
      this.#running = false;
    }
  }

  #next(): Unit | undefined {
    if (!this.#owner) return this.#queue.shift();
    const index = this.#queue.findIndex((unit) => unit.client === this.#owner);
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0];
  }

  async #run({ client, message, synced }: Unit): Promise<void> {
    if (this.#broken || !this.#clients.has(client)) return;
    try {
      if (!this.#midway) await this.#options.guard?.prepare();
      this.#midway = !synced;
      await this.#db.runExclusive(() =>
        this.#db.execProtocolRawStream(message, {
          onRawData: (data) => {
            const answer = this.#errors.push(data);
            if (client.socket.writable) client.socket.write(answer);
          },
        }),
      );
    } catch (error) {
      this.#lost = error as Error;
    }
    if (this.#lost) {
      this.#breakOff(this.#lost);
      return;
    }
    this.#owner = this.#db.isInTransaction() ? client : null;
    if (this.#owner && !this.#clients.has(this.#owner)) await this.#abandon();
  }

  /** Ends the session. The error of the current unit still reaches its client. */
  #breakOff(error: Error): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#queue.length = 0;
    for (const { socket } of this.#clients) socket.end();
    this.#options.onBroken(error);
  }

  /** Rolls back the transaction of a client that has disconnected. */
  async #abandon(): Promise<void> {
    await this.#db.exec('rollback').catch((error: Error) => this.#breakOff(error));
    this.#owner = null;
  }
}
