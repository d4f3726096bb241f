import type { Envelope } from '@vibecode/schema/events/envelope';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { isDiskFull } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { DeadLetter, RetryOptions } from './bus.ts';
import { EventInvalidError, parseEvent } from './event.ts';

export interface DeliveryOptions {
  readonly group: string;
  readonly handle: (event: Envelope) => Promise<void>;
  /** Stores a dead letter. It must be durable when it resolves, because the event is then finished for the group. */
  readonly deadLetter: (letter: DeadLetter) => Promise<void>;
  readonly log: Logger;
  readonly retry?: RetryOptions;
  /** Ends the wait between attempts. The event then stays unfinished and does not become a dead letter. */
  readonly signal: AbortSignal;
}

/**
 * Creates the delivery of one message to one group, for every bus: parse, handle, retry with backoff, dead-letter.
 *
 * @returns delivers a message. It resolves when the message is handled or dead-lettered, and rejects if it must be delivered again
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
      // A full disk is not the event's fault. It is handled once there is free space.
      if (signal.aborted || isDiskFull(error)) throw error;
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      log.error(
        { action: 'event.dead-lettered', topic, group, attempts, error },
        `The group ${group} could not handle an event of ${topic}, which is now a dead letter`,
      );
      await deadLetter({ topic, group, reason, attempts, failedAt: new Date().toISOString(), value });
    }
  };
}
