import { SubgraphCallError } from './call.error.ts';
import type { RawResponse, Send, SubgraphCall } from './send.ts';

interface Waiting {
  readonly start: () => void;
}

/** How many may wait for each one that may run. */
const WAITING_FOR_EACH = 10;

/** Lets so many calls run at once; a bounded number of further ones wait for their turn, within their own time. */
export function withConcurrencyLimit(send: Send, limit: number): Send {
  const queue = new Set<Waiting>();
  let running = 0;

  const next = (): void => {
    running -= 1;
    const [first] = queue;
    if (!first) return;
    queue.delete(first);
    first.start();
  };
  const run = (call: SubgraphCall): Promise<RawResponse> => {
    running += 1;
    return send(call).finally(next);
  };

  return (call) => {
    if (running < limit) return run(call);
    if (queue.size >= limit * WAITING_FOR_EACH) {
      const reason = `${limit} requests to it are under way, and ${queue.size} wait`;
      return Promise.reject(new SubgraphCallError('REQUEST_CONCURRENCY_LIMITED', reason));
    }
    return wait(queue, call).then((timeoutMs) => run({ ...call, timeoutMs }));
  };
}

/** Resolves with the time that is left. */
function wait(queue: Set<Waiting>, { timeoutMs, signal }: SubgraphCall): Promise<number> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const startedMs = performance.now();
    const leave = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      queue.delete(waiting);
    };
    const cancel = () => {
      leave();
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      leave();
      reject(new SubgraphCallError('GATEWAY_TIMEOUT', `no turn within ${timeoutMs} ms`));
    }, timeoutMs);
    const waiting: Waiting = {
      start() {
        leave();
        resolve(timeoutMs - (performance.now() - startedMs));
      },
    };
    signal.addEventListener('abort', cancel, { once: true });
    queue.add(waiting);
  });
}
