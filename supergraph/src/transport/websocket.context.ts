import { randomUUID } from 'node:crypto';
import type { ContextEntries, Identity, RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver, OperationPlugins } from '../request/observer.ts';
import { CLIENT_HEADERS } from './http.context.ts';

/** The context of an operation that came over a WebSocket. */
export class WebSocketContext implements RequestContext {
  readonly id = randomUUID();
  identity: Identity | null = null;
  watch?: OperationObserver;
  plugin?: OperationPlugins;
  request?: GraphQLRequest;
  entries?: ContextEntries;
  #abort: AbortController | undefined;
  #abortReason: Error | undefined;

  constructor(
    public headers: RequestContext['headers'],
    readonly extensions: Record<string, unknown> | undefined,
    readonly remoteAddress: string | undefined,
    private readonly clientHeaders: { readonly name: string; readonly version: string } = CLIENT_HEADERS,
  ) {}

  /** Made when first asked for: a stream that is passed on as it is needs none. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#abortReason) this.#abort.abort(this.#abortReason);
    }
    return this.#abort.signal;
  }

  get traceparent(): string | undefined {
    return this.headers.traceparent;
  }

  get clientName(): string | undefined {
    return this.headers[this.clientHeaders.name];
  }

  get clientVersion(): string | undefined {
    return this.headers[this.clientHeaders.version];
  }

  abort(reason?: Error): void {
    this.#abortReason = reason ?? new DOMException('The client is gone.', 'AbortError');
    this.#abort?.abort(this.#abortReason);
  }
}
