import type { Dispatcher, Pool } from 'undici';

export interface RequestOptions {
  readonly pool: Pool;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly responseLimitBytes: number;
}

export interface RawResponse {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One POST. Speaks to undici's dispatcher itself: `pool.request()` would build a stream for every answer, which costs
 * more than all else the gateway does for a small one.
 * @throws Error on no connection, timeout, an answer over the limit; the signal's reason when it aborts
 */
export function sendRequest(options: RequestOptions): Promise<RawResponse> {
  const { pool, path, headers, body, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    pool.dispatch({ path, method: 'POST', headers, body }, new ResponseCollector(options, resolve, reject));
  });
}

class ResponseCollector implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;

  constructor(
    private readonly options: RequestOptions,
    private readonly resolve: (response: RawResponse) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    const { timeoutMs, signal } = options;
    this.#onAbort = () => this.#fail(signal.reason);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => this.#fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.options.signal.aborted) controller.abort(this.options.signal.reason);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    const { responseLimitBytes } = this.options;
    if (this.#bytes > responseLimitBytes) this.#fail(new Error(`an answer over ${responseLimitBytes} bytes`));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle();
    const [first, second] = this.#chunks;
    const body = first && !second ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.resolve({ status: this.#status, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#settle();
    this.reject(error);
  }

  #fail(reason: Error): void {
    this.#settle();
    this.reject(reason);
    this.#controller?.abort(reason);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.options.signal.removeEventListener('abort', this.#onAbort);
  }
}
