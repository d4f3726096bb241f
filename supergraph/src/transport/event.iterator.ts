import type { CancelSignal } from '../request/cancellation.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult, SubscriptionStream } from '../request/message.ts';

/** Events that wait for a consumer before the stream is told to wait itself. */
const MAX_AHEAD = 16;

/** A stream as an async iterator. `return()` takes effect at once, however quiet the stream is. */
export function iterateStream(stream: SubscriptionStream, signal: CancelSignal): AsyncIterator<GraphQLResult> {
  const waiting: GraphQLResult[] = [];
  const consumers: ((result: IteratorResult<GraphQLResult>) => void)[] = [];
  let isDone = false;
  const end = () => {
    isDone = true;
    signal.removeEventListener('abort', stop);
    for (const consume of consumers.splice(0)) consume({ done: true, value: undefined });
  };
  const stop = () => {
    waiting.length = 0;
    stream.stop();
    end();
  };
  signal.addEventListener('abort', stop, { once: true });
  stream.attach({
    next(text) {
      const value = parseExactJson(text) as GraphQLResult;
      const consume = consumers.shift();
      if (consume) consume({ done: false, value });
      else waiting.push(value);
      return waiting.length < MAX_AHEAD;
    },
    complete: end,
  });
  if (signal.aborted) stop();
  return {
    async next() {
      const value = waiting.shift();
      if (value !== undefined) {
        if (waiting.length === MAX_AHEAD - 1) stream.resume();
        return { done: false, value };
      }
      if (isDone) return { done: true, value: undefined };
      return new Promise((resolve) => consumers.push(resolve));
    },
    async return() {
      stop();
      return { done: true, value: undefined };
    },
  };
}
