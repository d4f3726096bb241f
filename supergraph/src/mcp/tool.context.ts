import type { ServerResponse } from 'node:http';
import { Cancellation } from '../request/cancellation.ts';
import type { ContextEntries, Identity, RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver, OperationPlugins } from '../request/observer.ts';

/** What the operations of one MCP request share. */
export interface ToolClient {
  readonly id: string;
  readonly headers: RequestContext['headers'];
  readonly identity: Identity | null;
  readonly remoteAddress: string | undefined;
  /** As `toCaller` names it. */
  readonly caller: string;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  /** Takes headers of rate limits while it has not begun. Null: nobody waits for the answer. */
  readonly response: ServerResponse | null;
}

/** The context of an operation that a tool runs. Cookies of subgraphs do not reach agents. */
export class ToolContext implements RequestContext {
  readonly id: string;
  headers: RequestContext['headers'];
  readonly identity: Identity | null;
  readonly remoteAddress: string | undefined;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  readonly method = 'POST';
  readonly signal = new Cancellation();
  request?: GraphQLRequest;
  entries?: ContextEntries;
  watch?: OperationObserver;
  plugin?: OperationPlugins;
  isListed?: boolean;
  isReadOnly = false;
  readonly #response: ServerResponse | null;

  constructor({ response, ...client }: ToolClient) {
    this.id = client.id;
    this.headers = client.headers;
    this.identity = client.identity;
    this.remoteAddress = client.remoteAddress;
    this.clientName = client.clientName;
    this.clientVersion = client.clientVersion;
    this.#response = response;
  }

  get traceparent(): string | undefined {
    return this.headers.traceparent;
  }

  abort(reason: Error): void {
    this.signal.abort(reason);
  }

  setHeader(name: string, value: string): void {
    if (this.#response && !this.#response.headersSent) this.#response.setHeader(name, value);
  }
}
