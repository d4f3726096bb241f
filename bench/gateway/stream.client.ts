import { WebSocket } from 'ws';
import type { StreamLoad } from './stream.clients.ts';

export interface StreamClientOptions extends Omit<StreamLoad, 'tokens'> {
  readonly token: string;
  readonly readClockMs: () => number;
}

interface Event {
  readonly seq: number;
  readonly sentAtMs?: number;
}

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: Readonly<Record<string, Event>> | null; readonly errors?: unknown };
}

/** Time without an event after which an unfinished stream counts as failed. */
const SILENCE_MS = 20_000;

/** One user's connection with one subscription. Counts received events, and missing ones by sequence numbers. */
export class StreamClient {
  received = 0;
  missed = 0;
  failure: string | null = null;
  readonly delaysMs: number[] = [];
  /** Resolves when the subscription has been sent. */
  readonly begun: Promise<void>;
  /** Resolves when the stream has ended, with or without an error. */
  readonly ended: Promise<void>;
  readonly #options: StreamClientOptions;
  readonly #socket: WebSocket;
  readonly #begin: () => void;
  readonly #end: () => void;
  #silence: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(options: StreamClientOptions) {
    this.#options = options;
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.ended = ended.promise;
    this.#begin = begun.resolve;
    this.#end = ended.resolve;
    const { url, token } = options;
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => {
      this.#send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    });
    socket.on('message', (message: Buffer) => this.#receive(JSON.parse(message.toString())));
    socket.on('error', (error: Error) => this.#fail(error.message));
    socket.on('close', (code: number) => this.#fail(`closed with ${code}`));
    this.#hearken();
  }

  async close(): Promise<void> {
    this.#finish();
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close(1000);
    await closed;
  }

  #receive({ type, payload }: Message): void {
    if (type === 'next') this.#count(payload);
    else if (type === 'connection_ack') {
      const { query, variables } = this.#options;
      this.#send({ id: '1', type: 'subscribe', payload: { query, variables } });
      this.#begin();
    } else if (type === 'error') this.#fail(JSON.stringify(payload));
    else if (type === 'complete') this.#complete();
    else if (type === 'ping') this.#send({ type: 'pong' });
  }

  #count(payload: Message['payload']): void {
    const event = Object.values(payload?.data ?? {})[0];
    if (!event || payload?.errors) {
      this.#fail(`an event with errors: ${JSON.stringify(payload).slice(0, 300)}`);
      return;
    }
    if (event.sentAtMs !== undefined) this.delaysMs.push(this.#options.readClockMs() - event.sentAtMs);
    this.missed += Math.abs(event.seq - 1 - this.received - this.missed);
    this.received += 1;
    this.#hearken();
  }

  #complete(): void {
    const { count } = this.#options;
    if (count !== null) this.missed += Math.max(0, count - this.received - this.missed);
    this.#finish();
    this.#socket.close(1000);
  }

  #hearken(): void {
    if (this.#options.count === null) return;
    if (this.#silence) this.#silence.refresh();
    else this.#silence = setTimeout(() => this.#fail(`nothing came for ${SILENCE_MS} ms`), SILENCE_MS);
  }

  #fail(reason: string): void {
    if (this.#hasEnded) return;
    this.failure = reason;
    const { count } = this.#options;
    if (count !== null) this.missed = count - this.received;
    this.#finish();
    this.#socket.terminate();
  }

  #finish(): void {
    this.#hasEnded = true;
    clearTimeout(this.#silence);
    this.#begin();
    this.#end();
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}
