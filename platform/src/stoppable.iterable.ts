/**
 * An async iterable whose `return()` takes effect at once. A plain async generator answers `return()` only after the
 * `await` it stands in, so a consumer that leaves a quiet stream would keep it open for ever.
 *
 * @param start makes the generator. It must end soon after its signal is aborted
 * @param signal ends the iteration from outside: the pending `next()` answers `done`
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
