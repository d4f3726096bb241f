/**
 * The part of `AbortSignal` that the gateway uses. A Node `EventTarget` costs several microseconds for each listener, which
 * every request would pay, so that requests carry a `Cancellation`; an `AbortSignal` fits as well.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  /** @throws its reason once it is aborted */
  throwIfAborted(): void;
}

/** A signal and what aborts it in one object. Each listener is called once. */
export class Cancellation implements CancelSignal {
  aborted = false;
  reason: unknown;
  /** Nearly always the only one. */
  #listener: (() => void) | null = null;
  #others: Set<() => void> | null = null;

  /** Calls the listeners in the order in which they were added. Later calls do nothing. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listener = this.#listener;
    this.#listener = null;
    listener?.();
    // A listener that another one removes meanwhile is not called.
    for (const other of this.#others ?? []) other();
    this.#others = null;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted) return;
    if (this.#listener === null && this.#others === null) this.#listener = listener;
    else {
      this.#others ??= new Set();
      this.#others.add(listener);
    }
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = null;
    else this.#others?.delete(listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}

/** The platform's own kind of signal, for what takes nothing else. */
export function toAbortSignal(signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  const abort = new AbortController();
  if (signal.aborted) abort.abort(signal.reason);
  else signal.addEventListener('abort', () => abort.abort(signal.reason), { once: true });
  return abort.signal;
}
