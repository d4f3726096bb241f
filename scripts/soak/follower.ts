import { WebSocket } from 'ws';
import { textOf } from './feed.ts';

/** The observations of all clients together. */
export interface Tally {
  delivered: number;
  lost: number;
  duplicated: number;
  /** Events with errors because another subgraph was down. Their own data is complete. */
  incomplete: number;
  /** Subscriptions that started while the subgraph was down. */
  refused: number;
  /** Observations that must never occur. */
  readonly unexpected: string[];
}

interface TickResult {
  readonly data?: { readonly ticks?: { readonly seq: number; readonly text: string } | null } | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly resumeAfterSeq?: number };
  }[];
}

/** Codes after which a client subscribes again from its last event. */
const SUBSCRIBE_AGAIN = new Set(['SUBSCRIPTION_TOO_SLOW', 'SUBSCRIPTION_SCHEMA_RELOAD']);

/** A client that follows one stream over any number of connections, and counts missing and duplicate events. */
export abstract class Follower {
  readonly #tally: Tally;
  readonly #stream: string;
  protected lastSeq: number;

  constructor(stream: string, afterSeq: number, tally: Tally) {
    this.#stream = stream;
    this.lastSeq = afterSeq;
    this.#tally = tally;
  }

  get seq(): number {
    return this.lastSeq;
  }

  /** Continues after the last event, over a new connection. */
  abstract connect(): void;
  abstract disconnect(): void;

  protected take({ data, errors = [] }: TickResult): void {
    const tally = this.#tally;
    const tick = data?.ticks;
    if (!tick) {
      const { code = '', resumeAfterSeq } = errors[0]?.extensions ?? {};
      // A stream that had started would have been resumed.
      if (code === 'SUBREQUEST_WS_ERROR' && resumeAfterSeq === undefined) tally.refused += 1;
      else if (!SUBSCRIBE_AGAIN.has(code)) tally.unexpected.push(JSON.stringify(errors));
      return;
    }
    const { seq, text } = tick;
    tally.delivered += 1;
    if (errors.length) tally.incomplete += 1;
    if (seq <= this.lastSeq) tally.duplicated += 1;
    else tally.lost += seq - this.lastSeq - 1;
    if (text !== textOf(this.#stream, seq)) tally.unexpected.push(`${text} as event ${seq} of ${this.#stream}`);
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  protected fail(what: string): void {
    this.#tally.unexpected.push(what);
  }
}

/** A client over graphql-transport-ws, which can stop reading. */
export class SocketFollower extends Follower {
  #socket: WebSocket | null = null;
  readonly #url: string;
  readonly #query: string;
  readonly #variables: object;

  constructor(url: string, query: string, variables: { readonly stream: string }, afterSeq: number, tally: Tally) {
    super(variables.stream, afterSeq, tally);
    this.#url = `${url.replace('http', 'ws')}/graphql`;
    this.#query = query;
    this.#variables = variables;
  }

  connect(): void {
    const socket = new WebSocket(this.#url, 'graphql-transport-ws');
    this.#socket = socket;
    const subscribe = () => {
      const payload = { query: this.#query, variables: { ...this.#variables, afterSeq: this.lastSeq } };
      socket.send(JSON.stringify({ id: 's', type: 'subscribe', payload }));
    };
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (text) => {
      if (this.#socket !== socket) return;
      const { type, payload } = JSON.parse(text.toString());
      if (type === 'next') this.take(payload);
      else if (type === 'connection_ack') subscribe();
      // Only after an error, because a stream has no end of its own.
      else if (type === 'complete') subscribe();
      else if (type === 'error') this.fail(`refused: ${JSON.stringify(payload)}`);
    });
    // `close` follows an error, with the code that tells why.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      // 1006: the client read nothing, and did not answer the gateway's ping.
      if (this.#socket !== socket) return;
      if (code !== 1006) this.fail(`closed with ${code}`);
      this.connect();
    });
  }

  disconnect(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
  }

  stopReading(): void {
    this.#socket?.pause();
  }

  goOnReading(): void {
    this.#socket?.resume();
  }
}

/** A client over server-sent events, in distinct connections mode. */
export class EventSourceFollower extends Follower {
  #abort: AbortController | null = null;
  readonly #url: string;
  readonly #query: string;
  readonly #variables: object;

  constructor(url: string, query: string, variables: { readonly stream: string }, afterSeq: number, tally: Tally) {
    super(variables.stream, afterSeq, tally);
    this.#url = `${url}/graphql`;
    this.#query = query;
    this.#variables = variables;
  }

  connect(): void {
    const abort = new AbortController();
    this.#abort = abort;
    void this.#read(abort.signal).catch((error) => {
      if (!abort.signal.aborted) this.fail(`server-sent events: ${error}`);
    });
  }

  disconnect(): void {
    this.#abort?.abort();
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: this.#query, variables: { ...this.#variables, afterSeq: this.lastSeq } }),
        signal,
      });
      let partial = '';
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const events = `${partial}${chunk}`.split('\n\n');
        partial = events.pop() ?? '';
        for (const event of events) {
          const [, data] = /^event: next\ndata: (.+)$/s.exec(event) ?? [];
          if (data && !signal.aborted) this.take(JSON.parse(data));
        }
      }
    }
  }
}
