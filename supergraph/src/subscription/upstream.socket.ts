import type { GraphQLFormattedError } from 'graphql';
import { MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';

/** What becomes of one operation at a subgraph. Nothing is called after `failed`, `completed` or `lost`. */
export interface UpstreamListener {
  /** One event: a GraphQL result as JSON text. */
  next(payload: string): void;
  /** The subgraph refused the operation. */
  failed(errors: readonly GraphQLFormattedError[]): void;
  completed(): void;
  /**
   * The connection is gone, and the operation with it; it may be asked again.
   * @param wasSent whether the subgraph had been asked
   */
  lost(reason: string, wasSent: boolean): void;
}

export interface UpstreamSocketOptions {
  readonly url: string;
  /** Payload of `connection_init`. */
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  readonly heartbeatMs: number;
  /** @param wasLost whether it was not let go of on purpose */
  readonly onClose: (socket: UpstreamSocket, wasLost: boolean) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const NEXT_START = '{"id":"';
const NEXT_MIDDLE = '","type":"next","payload":';
const CLOSING_BRACE = 125;

/**
 * One graphql-transport-ws connection to a subgraph, which many operations share. Events are handed on as text: what is in them
 * is not parsed here.
 * Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export class UpstreamSocket {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<string, UpstreamListener>();
  readonly #acknowledgeTimer: NodeJS.Timeout;
  readonly #heartbeat: NodeJS.Timeout;
  /** Messages that wait for `connection_ack`; null afterwards. */
  #waiting: Map<string, string> | null = new Map();
  #isClosed = false;
  #heard = true;
  #lastId = 0;

  constructor(private readonly options: UpstreamSocketOptions) {
    const { url, connectionParams, heartbeatMs } = options;
    const socket = new WebSocket(url, 'graphql-transport-ws', {
      perMessageDeflate: false,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: 64 * 1024 * 1024,
    });
    this.#socket = socket;
    this.#acknowledgeTimer = setTimeout(() => this.#close('no connection_ack in time'), CONNECT_TIMEOUT_MS);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    socket.on('open', () => {
      socket.send(
        JSON.stringify({ type: MessageType.ConnectionInit, ...(connectionParams && { payload: connectionParams }) }),
      );
    });
    socket.on('message', (message: Buffer) => {
      this.#heard = true;
      this.#receive(message.toString());
    });
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#close(error.code ?? error.message));
    socket.on('close', (code, reason) => this.#close(`closed with ${code}${reason.length ? ` ${reason}` : ''}`));
  }

  get operations(): number {
    return this.#listeners.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * @param payload of the `subscribe` message, as JSON text
   * @returns stops the operation; the listener hears no more
   */
  subscribe(payload: string, listener: UpstreamListener): () => void {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const message = `{"id":"${id}","type":"subscribe","payload":${payload}}`;
    this.#listeners.set(id, listener);
    if (this.#waiting) this.#waiting.set(id, message);
    else this.#socket.send(message);
    return () => this.#stop(id);
  }

  close(): void {
    this.#close('the gateway let go of it', false);
  }

  #stop(id: string): void {
    if (!this.#listeners.delete(id) || this.#isClosed) return;
    if (this.#waiting) this.#waiting.delete(id);
    else this.#socket.send(`{"id":"${id}","type":"complete"}`);
  }

  #receive(message: string): void {
    if (message.startsWith(NEXT_START)) {
      const idEnd = message.indexOf('"', NEXT_START.length);
      if (message.startsWith(NEXT_MIDDLE, idEnd) && message.charCodeAt(message.length - 1) === CLOSING_BRACE) {
        const id = message.slice(NEXT_START.length, idEnd);
        this.#listeners.get(id)?.next(message.slice(idEnd + NEXT_MIDDLE.length, -1));
        return;
      }
    }
    this.#receiveOther(message);
  }

  #receiveOther(text: string): void {
    const message = parseMessage(text);
    switch (message?.type) {
      case MessageType.ConnectionAck:
        clearTimeout(this.#acknowledgeTimer);
        for (const waiting of this.#waiting?.values() ?? []) this.#socket.send(waiting);
        this.#waiting = null;
        break;
      case MessageType.Ping:
        this.#socket.send('{"type":"pong"}');
        break;
      case MessageType.Pong:
        break;
      case MessageType.Next:
        this.#listeners.get(String(message.id))?.next(JSON.stringify(message.payload));
        break;
      case MessageType.Error:
        this.#take(message.id)?.failed(Array.isArray(message.payload) ? message.payload : []);
        break;
      case MessageType.Complete:
        this.#take(message.id)?.completed();
        break;
      default:
        this.#close('it sent what is no graphql-transport-ws message');
    }
  }

  #take(id: unknown): UpstreamListener | undefined {
    const listener = this.#listeners.get(String(id));
    this.#listeners.delete(String(id));
    return listener;
  }

  #beat(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (!this.#heard) {
      this.#close('it fell silent');
      return;
    }
    this.#heard = false;
    this.#socket.ping();
  }

  #close(reason: string, wasLost = true): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#acknowledgeTimer);
    clearInterval(this.#heartbeat);
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
    this.options.onClose(this, wasLost);
    const wasSent = this.#waiting === null;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost(reason, wasSent);
  }
}

interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly payload?: unknown;
}

function parseMessage(text: string): Message | null {
  try {
    return JSON.parse(text) as Message | null;
  } catch {
    return null;
  }
}
