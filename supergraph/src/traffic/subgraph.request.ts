import type { Dispatcher } from 'undici';
import { decode, parseCodings } from '../request/content.coding.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import { isInstanceFault, SubgraphCallError, toCallError } from './call.error.ts';
import { CollectedBody } from './collected.body.ts';
import type { Instance } from './instance.ts';
import type { RawResponse, SubgraphCall } from './send.ts';

/**
 * One POST to an instance, which learns what became of it. Speaks to undici's dispatcher itself: `pool.request()` would build
 * a stream for every answer, which costs more than all else the gateway does for a small one.
 * @throws SubgraphCallError on no connection, timeout, an answer over the limit; the signal's reason when it aborts
 */
export function sendRequest(instance: Instance, call: SubgraphCall, responseLimitBytes: number): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    if (call.signal.aborted) {
      reject(call.signal.reason);
      return;
    }
    const { pool, path, address } = instance;
    const { body, kind } = call;
    const headers = address.host ? { ...call.headers, host: address.host } : call.headers;
    // Matters to HTTP/2 only: anything else has a connection for itself, lest it be sent again when that breaks.
    const idempotent = kind === 'query';
    const collector = new ResponseCollector(instance, call, responseLimitBytes, resolve, reject);
    pool.dispatch({ path, method: 'POST', headers, body, idempotent }, collector);
  });
}

class ResponseCollector implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: AnswerHeaders = {};
  readonly #body = new CollectedBody();
  #isSettled = false;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;

  constructor(
    private readonly instance: Instance,
    private readonly call: SubgraphCall,
    private readonly limitBytes: number,
    private readonly resolve: (response: RawResponse | Promise<RawResponse>) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    const { timeoutMs, signal } = call;
    instance.pending += 1;
    this.#onAbort = () => this.#cancel(signal.reason as Error);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(() => {
      instance.failed();
      this.#cancel(new SubgraphCallError('GATEWAY_TIMEOUT', `no answer within ${Math.round(timeoutMs)} ms`, true));
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // What waited for a connection until it was given up must not be sent any more.
    if (this.#isSettled) controller.abort(new Error('given up'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#body.expect(Number(headers['content-length']), this.limitBytes);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body.length + chunk.length > this.limitBytes) this.#cancel(this.#tooLarge());
    else this.#body.add(chunk);
  }

  onResponseEnd(): void {
    if (this.#isSettled) return;
    this.#settle();
    if (isInstanceFault(this.#status)) this.instance.failed();
    else this.instance.succeeded();
    const body = this.#body.whole();
    const coding = this.#headers['content-encoding'];
    this.resolve(coding === undefined ? this.#toResponse(body) : this.#decode(body, String(coding)));
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#isSettled) return;
    this.#settle();
    const failure = toCallError(error);
    if (failure.isInstanceFault) this.instance.failed();
    this.reject(failure);
  }

  #toResponse(body: Buffer): RawResponse {
    return { status: this.#status, headers: this.#headers, body };
  }

  async #decode(body: Buffer, coding: string): Promise<RawResponse> {
    try {
      const codings = parseCodings(coding);
      if (!codings) throw new Error(`an answer in the unknown content coding '${coding}'`);
      return this.#toResponse(await decode(body, codings, this.limitBytes));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE') throw this.#tooLarge();
      throw new SubgraphCallError('SUBREQUEST_HTTP_ERROR', code ?? message);
    }
  }

  #tooLarge(): SubgraphCallError {
    return new SubgraphCallError('SUBREQUEST_HTTP_ERROR', `an answer over ${this.limitBytes} bytes`);
  }

  #cancel(reason: Error): void {
    if (this.#isSettled) return;
    this.#settle();
    this.reject(reason);
    this.#controller?.abort(reason);
  }

  #settle(): void {
    this.#isSettled = true;
    this.instance.pending -= 1;
    clearTimeout(this.#timer);
    this.call.signal.removeEventListener('abort', this.#onAbort);
  }
}
