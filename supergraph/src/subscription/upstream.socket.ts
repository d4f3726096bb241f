import type { GraphQLFormattedError } from 'graphql';
import { WebSocket } from 'ws';
import { parseExactJson } from '../request/exact.json.ts';
import type { UpstreamConnectOptions } from '../traffic/client.tls.ts';
import type { UpstreamDialect } from './upstream.dialect.ts';
import type { UpstreamListener } from './upstream.ts';

export interface UpstreamSocketOptions {
  readonly url: string;
  readonly dialect: UpstreamDialect;
  /** Of the upgrade. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly connect?: Omit<UpstreamConnectOptions, 'headers'>;
  /** Payload of `connection_init`. */
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  /** Time between looks whether the connection lives, by pings of WebSocket itself. */
  readonly heartbeatMs: number;
  /** Time between pings of the GraphQL protocol, for servers that look at those alone. Default: none are sent. */
  readonly pingMs?: number | null;
  /** The last of its operations has ended. */
  readonly onIdle: (socket: UpstreamSocket) => void;
  /** @param wasLost whether it was not let go of on purpose */
  readonly onClose: (socket: UpstreamSocket, wasLost: boolean) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const NEXT_START = '{"id":"';
const CLOSING_BRACE = 125;

/**
 * One WebSocket connection to a subgraph, which many operations share. Events are handed on as text: what is in them is
 * not parsed here.
 */
export class UpstreamSocket {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<string, UpstreamListener>();
  readonly #acknowledgeTimer: NodeJS.Timeout;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #pings: NodeJS.Timeout | undefined;
  /** Messages that wait for `connection_ack`; null afterwards. */
  #waiting: Map<string, string> | null = new Map();
  #isClosed = false;
  #heard = true;
  #lastId = 0;

  constructor(private readonly options: UpstreamSocketOptions) {
    const { url, dialect, headers, connect, connectionParams, heartbeatMs, pingMs } = options;
    const socket = new WebSocket(url, dialect.subprotocol, {
      ...connect,
      ...(headers && { headers }),
      perMessageDeflate: false,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: 64 * 1024 * 1024,
    });
    this.#socket = socket;
    this.#acknowledgeTimer = setTimeout(() => this.#close('no connection_ack in time'), CONNECT_TIMEOUT_MS);
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    const { ping } = dialect;
    if (ping && pingMs) {
      this.#pings = setInterval(() => {
        if (!this.#waiting) socket.send(ping);
      }, pingMs);
    }
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', ...(connectionParams && { payload: connectionParams }) }));
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
    const message = `{"id":"${id}","type":"${this.options.dialect.subscribeType}","payload":${payload}}`;
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
    else this.#socket.send(`{"id":"${id}","type":"${this.options.dialect.stopType}"}`);
    if (this.#listeners.size === 0) this.options.onIdle(this);
  }

  #receive(message: string): void {
    const { nextMiddle } = this.options.dialect;
    if (nextMiddle !== null && message.startsWith(NEXT_START)) {
      const idEnd = message.indexOf('"', NEXT_START.length);
      if (message.startsWith(nextMiddle, idEnd) && message.charCodeAt(message.length - 1) === CLOSING_BRACE) {
        const id = message.slice(NEXT_START.length, idEnd);
        this.#listeners.get(id)?.next(message.slice(idEnd + nextMiddle.length, -1));
        return;
      }
    }
    this.#receiveOther(message);
  }

  #receiveOther(text: string): void {
    const message = parseMessage(text);
    switch (message?.type) {
      case 'connection_ack':
        clearTimeout(this.#acknowledgeTimer);
        for (const waiting of this.#waiting?.values() ?? []) this.#socket.send(waiting);
        this.#waiting = null;
        break;
      case 'ping':
        this.#socket.send('{"type":"pong"}');
        break;
      case 'pong':
      // The older protocol keeps idle connections open with it.
      case 'ka':
        break;
      case this.options.dialect.nextType:
        this.#listeners.get(String(message.id))?.next(JSON.stringify(message.payload ?? null));
        break;
      case 'error':
        this.#take(message.id)?.failed(toErrors(message.payload));
        break;
      case 'complete':
        this.#take(message.id)?.completed();
        break;
      case 'connection_error':
        this.#close(`it refused the connection: ${toErrors(message.payload)[0]?.message ?? 'it did not say why'}`);
        break;
      default:
        this.#close(`it sent something that is not a message of ${this.options.dialect.subprotocol}`);
    }
  }

  #take(id: unknown): UpstreamListener | undefined {
    const listener = this.#listeners.get(String(id));
    if (this.#listeners.delete(String(id)) && this.#listeners.size === 0) this.options.onIdle(this);
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
    clearInterval(this.#pings);
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
    return parseExactJson(text) as Message | null;
  } catch {
    // The caller treats it as a message that breaks the protocol.
    return null;
  }
}

/** The older protocol sends one error where the newer one sends a list. */
function toErrors(payload: unknown): GraphQLFormattedError[] {
  if (Array.isArray(payload)) return payload;
  return payload !== null && typeof payload === 'object' ? [payload as GraphQLFormattedError] : [];
}
