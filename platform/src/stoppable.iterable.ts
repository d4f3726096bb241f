/**
 * An async iterable whose `return()` takes effect at once. A plain async generator handles `return()` only after its current
 * `await`, so that a consumer that leaves a quiet stream would keep it open for ever.
 *
 * @param start creates the generator. It must end soon after its signal is aborted
 * @param signal ends the iteration from outside: the pending `next()` resolves with `done`
 */
export function toStoppable<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  signal?: AbortSignal,
): AsyncIterableIterator<T> {
  const stop = new AbortController();
  const generator = start(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
  return {
    next: () => generator.next(),
    return() {
      stop.abort();
      return generator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
