import type { IncomingMessage, ServerResponse } from 'node:http';
import { Cancellation, type CancelSignal } from '../request/cancellation.ts';
import type { AnswerHeaderAccess, ContextEntries, Identity, RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver, OperationPlugins } from '../request/observer.ts';

export const CLIENT_HEADERS = { name: 'apollographql-client-name', version: 'apollographql-client-version' };

/** The context of an operation that came over HTTP. */
export class HttpContext implements RequestContext {
  headers: RequestContext['headers'];
  identity: Identity | null = null;
  extensions: Record<string, unknown> | undefined;
  request?: GraphQLRequest;
  entries?: ContextEntries;
  watch?: OperationObserver;
  plugin?: OperationPlugins;
  /** Of the answer, where a plugin has set it. */
  status: number | undefined;
  takesBytes = false;
  isListed?: boolean;
  readonly isReadOnly: boolean;
  #cancellation: Cancellation | undefined;

  constructor(
    private readonly incoming: IncomingMessage,
    private readonly response: ServerResponse,
    readonly id: string,
    private readonly clientHeaders = CLIENT_HEADERS,
  ) {
    this.headers = incoming.headers as RequestContext['headers'];
    this.isReadOnly = incoming.method === 'GET';
  }

  get method(): string | undefined {
    return this.incoming.method;
  }

  setStatus(status: number): void {
    this.status = status;
  }

  /** The context of one operation of a list that came in one request. */
  toItem({ extensions }: { readonly extensions?: Record<string, unknown> | null }): HttpContext {
    const item = new HttpContext(this.incoming, this.response, this.id, this.clientHeaders);
    item.identity = this.identity;
    item.headers = this.headers;
    item.entries = this.entries && new Map(this.entries);
    item.extensions = extensions ?? undefined;
    return item;
  }

  get answerHeaders(): AnswerHeaderAccess {
    const { response } = this;
    return {
      all: () => response.getHeaders() as ReturnType<AnswerHeaderAccess['all']>,
      set: (name, values) => {
        if (!response.headersSent) response.setHeader(name, values.length === 1 ? values[0]! : values);
      },
      remove: (name) => {
        if (!response.headersSent) response.removeHeader(name);
      },
    };
  }

  setHeader(name: string, value: string): void {
    if (!this.response.headersSent) this.response.setHeader(name, value);
  }

  appendHeader(name: string, value: string | readonly string[]): void {
    if (!this.response.headersSent) this.response.appendHeader(name, value);
  }

  /** Made when first asked for: an answer out of a cache needs none. */
  get signal(): CancelSignal {
    if (!this.#cancellation) {
      const cancellation = new Cancellation();
      this.#cancellation = cancellation;
      if (this.response.destroyed) cancellation.abort();
      else {
        this.response.once('close', () => {
          if (!this.response.writableFinished) cancellation.abort();
        });
      }
    }
    return this.#cancellation;
  }

  abort(reason: Error): void {
    this.#cancellation ??= new Cancellation();
    this.#cancellation.abort(reason);
  }

  get remoteAddress(): string | undefined {
    return this.incoming.socket.remoteAddress;
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
}
