import type { IncomingMessage, ServerResponse } from 'node:http';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import type { Logger } from '@vibecode/platform/log';
import { STREAM_STARTED } from '../transport/http.stream.ts';
import type { ClientMessage } from './json.rpc.ts';
import { createProtocol, type Exchange } from './mcp.server.ts';
import type { OpenCall, OpenCalls } from './open.calls.ts';
import { Outlet } from './outlet.ts';

/** Hands requests to the SDK, and its answers to the clients. Disposing it ends what still runs. */
export class Exchanges implements AsyncDisposable {
  readonly #byRequest = new WeakMap<Request, Exchange>();
  /** Of clients that listen for changes, and would keep the gateway from stopping. */
  readonly #listeners = new Set<AbortController>();
  readonly #protocol: McpHttpHandler;
  #isDraining = false;

  constructor(calls: OpenCalls, log: Logger, keepAliveMs: number | undefined) {
    this.#protocol = createProtocol((request) => this.#byRequest.get(request)!, calls, log, keepAliveMs);
  }

  /**
   * Resolves when the answer is written, or the client is gone.
   * @param listening for a client that listens for changes: it ends with this call
   */
  async run(
    request: IncomingMessage,
    response: ServerResponse,
    message: ClientMessage,
    scope: Omit<Exchange, 'outlet' | 'onGone' | 'isDraining' | 'goneMeansCancelled'>,
    headers: Readonly<Record<string, string>>,
    listening: OpenCall | null,
  ): Promise<void> {
    // A client may be gone before its message is read: the connection's end is not announced again.
    if (response.destroyed) return;
    const gone = new AbortController();
    if (listening) {
      response.emit(STREAM_STARTED);
      this.#listeners.add(gone);
      listening.signal.addEventListener('abort', () => gone.abort(), { once: true });
    }
    const onGone = (listener: () => void) => gone.signal.addEventListener('abort', listener, { once: true });
    const isDraining = () => this.#isDraining;
    const outlet = new Outlet(response);
    const exchange: Exchange = { ...scope, outlet, onGone, isDraining, goneMeansCancelled: false };
    response.once('close', () => {
      if (response.writableFinished) return;
      if (this.#isDraining) exchange.goneMeansCancelled = false;
      gone.abort();
    });
    const incoming = toWebRequest(request, gone.signal);
    this.#byRequest.set(incoming, exchange);
    try {
      const answered = await this.#protocol.fetch(incoming, { parsedBody: message });
      await exchange.outlet.send(answered, headers);
    } finally {
      this.#listeners.delete(gone);
    }
  }

  toolsChanged(): void {
    this.#protocol.notify.toolsChanged();
  }

  /** The gateway stops: a connection that closes now is not the client's doing. */
  drain(): void {
    this.#isDraining = true;
    for (const listener of this.#listeners) listener.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#protocol.close();
  }
}

/** The body has been read. */
function toWebRequest({ headers }: IncomingMessage, signal: AbortSignal): Request {
  const taken = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    taken.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request('http://gateway/', { method: 'POST', headers: taken, signal });
}
