import { Cancellation, type CancelSignal } from '../request/cancellation.ts';
import type { RawResponse } from './send.ts';

/** One call that several requests wait for; it is cancelled when the last of them has gone. */
interface SharedCall {
  readonly response: Promise<RawResponse>;
  readonly cancel: Cancellation;
  waiting: number;
}

/** Lets equal calls that are under way at once share an answer. */
export class SharedCalls {
  readonly #byKey = new Map<string, SharedCall>();

  /**
   * @param key all that makes two calls equal, the identity included
   * @throws what `send` throws, or the signal's reason
   */
  join(key: string, signal: CancelSignal, send: (signal: CancelSignal) => Promise<RawResponse>): Promise<RawResponse> {
    let shared = this.#byKey.get(key);
    if (!shared) {
      const cancel = new Cancellation();
      shared = { response: send(cancel), cancel, waiting: 0 };
      this.#byKey.set(key, shared);
      const own = shared;
      const leave = () => this.#remove(key, own);
      // Each waiting caller gets the failure from the same promise.
      own.response.then(leave, leave);
    }
    return this.#wait(key, shared, signal);
  }

  #wait(key: string, shared: SharedCall, signal: CancelSignal): Promise<RawResponse> {
    shared.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = () => {
        shared.waiting -= 1;
        if (shared.waiting === 0) {
          // A later caller must not join a call that is being cancelled.
          this.#remove(key, shared);
          shared.cancel.abort(signal.reason);
        }
        reject(signal.reason);
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      const done = () => signal.removeEventListener('abort', leave);
      shared.response.then(
        (response) => {
          done();
          resolve(response);
        },
        (error) => {
          done();
          reject(error);
        },
      );
    });
  }

  #remove(key: string, shared: SharedCall): void {
    if (this.#byKey.get(key) === shared) this.#byKey.delete(key);
  }
}
