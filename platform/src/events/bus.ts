import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Topic } from '@vibecode/schema/events/topics';

/**
 * Delivers events from the services that publish them to the consumer groups.
 *
 * Delivery is at least once: a consumer group receives each event until it has handled or dead-lettered it. The inbox makes its
 * effect happen once. Events with the same key reach a group one after another, in the order of publication.
 */
export interface EventBus extends AsyncDisposable {
  /**
   * Resolves when the events are durable: acknowledged by all in-sync replicas (Kafka), or handled or dead-lettered by every
   * group (in process). After a rejection, some of them may have been published; publish all of them again.
   */
  publish(events: readonly Envelope[]): Promise<void>;

  /**
   * Handles every event of the topics as a member of a group. A handler that throws is retried with backoff. After the last
   * attempt, the event goes to `<topic>.<group>.dlq` with the reason, and the group continues.
   *
   * @returns disposing leaves the group after the current events have ended; unfinished events are delivered again
   */
  subscribe(
    group: string,
    topics: readonly Topic[],
    handle: (event: Envelope) => Promise<void>,
  ): Promise<AsyncDisposable>;
}

/** Retries of a failing handler, before the event becomes a dead letter. */
export interface RetryOptions {
  /** Attempts after the first. Default 5. */
  readonly retries?: number;
  /** Shortest delay before the first retry. Later delays grow exponentially, with jitter. Default 100. */
  readonly initialDelayMs?: number;
  /** Longest delay. Default 5,000. */
  readonly maxDelayMs?: number;
}

/** An event that a group could not handle. */
export interface DeadLetter {
  readonly topic: string;
  readonly group: string;
  /** The last error's name and message, for people. */
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly failedAt: string;
  /** The unchanged message: an event in structured JSON, or an invalid text. */
  readonly value: string;
}

/** The topic of a group's dead letters: `generation.complete.billing.dlq`. */
export function toDeadLetterTopic(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}
