import type { JsonObject } from '../plan/merge.ts';
import type { CancelSignal } from '../request/cancellation.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { ToolConfig } from './served.tools.ts';

const LEAST_STEP = 0.001;

/** The client's side of a followed subscription. */
export interface Follower {
  /** Null for a client that asked for no progress. */
  readonly report: ((progress: number, message: string | undefined) => void) | null;
  /** Whether more waits for the client's network than should. */
  readonly isBehind: () => boolean;
  /** Called once when it has caught up. */
  readonly onCaughtUp: (listener: () => void) => void;
  /** Whether the gateway stops, which ends subscriptions. */
  readonly isDraining: () => boolean;
  readonly signal: CancelSignal;
}

export interface Followed {
  /** The last event with data, and the errors of a later one; null where none came. */
  readonly last: GraphQLResult | null;
  readonly events: number;
  /** False when the time ran out before the subscription ended, or it ended with errors or with the gateway. */
  readonly isComplete: boolean;
}

/**
 * Follows a subscription to its end, and reports its events as progress. A slow client makes its own subscription wait.
 * Rejects with the signal's reason when the call is cancelled, or the client is gone: the subscription has ended then.
 * @param maxMs after which it is followed no longer
 */
export function followStream(
  stream: SubscriptionStream,
  progress: ToolConfig['progress'],
  { report, isBehind, onCaughtUp, isDraining, signal }: Follower,
  maxMs: number,
): Promise<Followed> {
  const { promise, resolve, reject } = Promise.withResolvers<Followed>();
  let last: GraphQLResult | null = null;
  let failed = false;
  let events = 0;
  let reported = 0;
  const end = (isComplete: boolean): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    resolve({ last, events, isComplete });
  };
  const onAbort = (): void => {
    clearTimeout(timer);
    stream.stop();
    reject(signal.reason);
  };
  const timer = setTimeout(() => {
    stream.stop();
    end(false);
  }, maxMs);
  if (signal.aborted) {
    onAbort();
    return promise;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  stream.attach({
    next(text) {
      const event = parseExactJson(text) as GraphQLResult;
      failed = !event.data && Boolean(event.errors?.length);
      last = failed && last?.data ? { ...last, errors: event.errors ?? [] } : event;
      if (failed) return true;
      events += 1;
      if (!report) return true;
      const value = readNumber(event.data, progress?.value) ?? events;
      // The protocol wants it to grow with each report.
      reported = value > reported ? value : reported + LEAST_STEP;
      report(reported, readMessage(event.data, progress?.message));
      if (!isBehind()) return true;
      onCaughtUp(() => stream.resume());
      return false;
    },
    complete: () => end(!failed && !isDraining()),
  });
  return promise;
}

function readPath(data: JsonObject | null | undefined, path: string): unknown {
  let value: unknown = data;
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

function readNumber(data: JsonObject | null | undefined, path: string | undefined): number | null {
  const value = path === undefined ? undefined : readPath(data, path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function readMessage(data: JsonObject | null | undefined, paths: readonly string[] = []): string | undefined {
  for (const path of paths) {
    const value = readPath(data, path);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return undefined;
}
