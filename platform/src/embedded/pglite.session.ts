import type { Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { type ErrorFields, ErrorResponses } from './error.responses.ts';
import type { StorageGuard } from './storage.guard.ts';

export interface PGliteSessionOptions {
  /** Left out: the database is in memory, and no disk can become full. */
  readonly guard?: StorageGuard;
  /** The session cannot be used any more; nothing is answered from then on. */
  readonly onBroken: (error: Error) => void;
}

export interface SessionClient {
  readonly socket: Socket;
}

interface Unit {
  readonly client: SessionClient;
  readonly message: Uint8Array;
  /** Whether it ends what the client began. */
  readonly synced: boolean;
}

/** Sources: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const READ_ONLY_TRANSACTION = '25006';
const DISK_FULL = { C: '53100', M: 'the disk is full: nothing is stored until there is room' };
const DISK_FULL_CODE = DISK_FULL.C;

/** PGlite reports a log that cannot be written as an ordinary error, and answers nothing sensible after it. */
function isFatal({ V: severity = '', C: code, M: message = '' }: ErrorFields): boolean {
  return severity === 'FATAL' || severity === 'PANIC' || (code === DISK_FULL_CODE && message.includes('pg_wal'));
}

/**
 * The one session of a PGlite, taken in turns by many clients. A turn is a unit: everything that a client sends up to its
 * Sync. A client whose transaction is open keeps the session until the transaction ends or the client is gone.
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
  /** Why the session cannot be used after what runs now. */
  #lost: Error | null = null;
  /** Whether the last unit ended without a Sync: what was parsed must not be lost to statements of our own. */
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

  /** Ends the connections at once. */
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

  /** What runs ends here: the error that is being answered still reaches its client. */
  #breakOff(error: Error): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#queue.length = 0;
    for (const { socket } of this.#clients) socket.end();
    this.#options.onBroken(error);
  }

  /** A client left in mid-transaction: nothing of it may stay. */
  async #abandon(): Promise<void> {
    await this.#db.exec('rollback').catch((error: Error) => this.#breakOff(error));
    this.#owner = null;
  }
}
