import { randomUUID } from 'node:crypto';
import type { Identity, RequestContext } from './types.ts';

/** The context of an operation that came over a WebSocket. */
export class WebSocketContext implements RequestContext {
  readonly id = randomUUID();
  identity: Identity | null = null;
  #abort: AbortController | undefined;
  #isAborted = false;

  constructor(
    readonly headers: RequestContext['headers'],
    readonly extensions: Record<string, unknown> | undefined,
    readonly remoteAddress: string | undefined,
  ) {}

  /** Made when first asked for: a stream that is passed on as it is needs none. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#isAborted) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  get traceparent(): string | undefined {
    return this.headers.traceparent;
  }

  get clientName(): string | undefined {
    return this.headers['apollographql-client-name'];
  }

  get clientVersion(): string | undefined {
    return this.headers['apollographql-client-version'];
  }

  abort(): void {
    this.#isAborted = true;
    this.#abort?.abort();
  }
}
