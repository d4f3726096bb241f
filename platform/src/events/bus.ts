import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Topic } from '@vibecode/schema/events/topics';

/**
 * Carries events from the services that own a fact to the consumer groups that act on it.
 *
 * Delivery is at least once: a consumer group sees each event until it has handled or dead-lettered it, so its effect is
 * made once by the inbox. Events with the same key reach a group one after another, in the order they were published.
 */
export interface EventBus extends AsyncDisposable {
  /**
   * Resolves when the events are safe: acknowledged by all in-sync replicas (Kafka), or handled or dead-lettered by every
   * group (in process). On rejection some of them may have been published; publishing all again is right.
   */
  publish(events: readonly Envelope[]): Promise<void>;

  /**
   * Handles every event of the topics as a member of a group. A handler that throws is retried with backoff; in the end
   * the event goes to `<topic>.<group>.dlq` with the reason, and the group moves on.
   *
   * @returns leaves the group when disposed, after the events in work have ended; what is not finished comes again
   */
  subscribe(
    group: string,
    topics: readonly Topic[],
    handle: (event: Envelope) => Promise<void>,
  ): Promise<AsyncDisposable>;
}

/** How often and how patiently a failing handler is tried again before the event is dead-lettered. */
export interface RetryOptions {
  /** Attempts after the first. Default 5. */
  readonly retries?: number;
  /** Least delay before the first retry; later ones grow exponentially, with jitter. Default 100. */
  readonly initialDelayMs?: number;
  /** Default 5,000. */
  readonly maxDelayMs?: number;
}

/** An event a group gave up on. */
export interface DeadLetter {
  readonly topic: string;
  readonly group: string;
  /** Why, for people: the last error's name and message. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly failedAt: string;
  /** The message as it came: an event in structured JSON, or whatever stood in its place. */
  readonly value: string;
}

/** Where events end that a group gave up on: `generation.complete.billing.dlq`. */
export function toDeadLetterTopic(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}
