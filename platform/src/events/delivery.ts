import type { Envelope } from '@vibecode/schema/events/envelope';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { isDiskFull } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { DeadLetter, RetryOptions } from './bus.ts';
import { EventInvalidError, parseEvent } from './event.ts';

export interface DeliveryOptions {
  readonly group: string;
  readonly handle: (event: Envelope) => Promise<void>;
  /** Must be durable when it resolves: the event is gone from the group's work after it. */
  readonly deadLetter: (letter: DeadLetter) => Promise<void>;
  readonly log: Logger;
  readonly retry?: RetryOptions;
  /** Ends waiting between attempts; the event is then left unfinished, not dead-lettered. */
  readonly signal: AbortSignal;
}

/**
 * What happens to one message of one group, whatever brought it: parse, handle, retry with backoff, dead-letter.
 *
 * @returns delivers a message; resolves when it is finished either way, rejects when it must come again
 */
export function createDelivery({ group, handle, deadLetter, log, retry: options = {}, signal }: DeliveryOptions) {
  const policy = retry(
    handleWhen((error) => !(error instanceof EventInvalidError) && !signal.aborted),
    {
      maxAttempts: options.retries ?? 5,
      backoff: new ExponentialBackoff({
        initialDelay: options.initialDelayMs ?? 100,
        maxDelay: options.maxDelayMs ?? 5_000,
      }),
    },
  );

  return async function deliver(topic: string, value: string): Promise<void> {
    let attempts = 0;
    try {
      await policy.execute(async () => {
        attempts += 1;
        await handle(parseEvent(value));
      }, signal);
    } catch (error) {
      // A full disk is not the event's fault: once there is room, it is handled like any other.
      if (signal.aborted || isDiskFull(error)) throw error;
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log.error({ action: 'event.dead-lettered', topic, group, attempts, error }, `gave up on an event of ${topic}`);
      await deadLetter({ topic, group, reason, attempts, failedAt: new Date().toISOString(), value });
    }
  };
}
