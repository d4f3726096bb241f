import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Topic } from '@vibecode/schema/events/topics';
import { startInterval } from '../interval.ts';
import type { Logger } from '../log.ts';
import type { DeadLetter, EventBus, RetryOptions } from './bus.ts';
import { createDelivery } from './delivery.ts';
import { parseEvent } from './event.ts';
import { KeyedQueue } from './keyed.queue.ts';
import { LocalDeadLetters } from './local.dead-letters.ts';

export interface LocalBusOptions {
  readonly log: Logger;
  /**
   * Directory of the dead letters, in the files of `LocalDeadLetters`, from which they can be replayed. Without it, dead letters
   * are only logged.
   */
  readonly deadLetterDirectory?: string;
  /**
   * Delivery starts when it resolves. Resolve it when every service of the process has subscribed, because an event from an
   * outbox at the start would otherwise miss a group that subscribes later. If it rejects, nothing is published. Default:
   * resolved.
   */
  readonly ready?: Promise<unknown>;
  readonly retry?: RetryOptions;
  /** Interval of looking for requested replays. Default 2,000. */
  readonly lookIntervalMs?: number;
}

/**
 * A bus within one process, for the embedded default. `publish` resolves only when every group has handled or dead-lettered the
 * event. The outbox marks it after that, which makes delivery durable: after a crash, the event is published again.
 */
export function createLocalBus(options: LocalBusOptions): EventBus {
  return new LocalBus(options);
}

interface Member {
  readonly group: string;
  readonly topics: ReadonlySet<string>;
  readonly queue: KeyedQueue;
  readonly stop: AbortController;
  readonly deliver: (topic: string, value: string) => Promise<void>;
}

/** Concurrent handlers of one group, for different keys. */
const CONCURRENCY = 4;

class LocalBus implements EventBus {
  // A member that has left stays in the list, so that its events wait in the outbox until it returns.
  readonly #members = new Set<Member>();
  readonly #stop = new AbortController();
  readonly #deadLetters: LocalDeadLetters | null;
  readonly #looking: AsyncDisposable | null;

  constructor(readonly options: LocalBusOptions) {
    const { deadLetterDirectory: directory, lookIntervalMs = 2_000, log } = options;
    this.#deadLetters = directory ? new LocalDeadLetters(directory) : null;
    this.#looking = directory ? startInterval('dead-letters.replay', lookIntervalMs, () => this.#replay(), log) : null;
  }

  async publish(events: readonly Envelope[]): Promise<void> {
    await this.#ready();
    const deliveries = events.flatMap((event) => {
      const value = JSON.stringify(event);
      return [...this.#members]
        .filter((member) => member.topics.has(event.type))
        .map((member) =>
          member.queue.run(event.partitionkey, () => {
            if (member.stop.signal.aborted) throw new Error(`The consumer group '${member.group}' has stopped.`);
            return member.deliver(event.type, value);
          }),
        );
    });
    const failed = (await Promise.allSettled(deliveries)).find((result) => result.status === 'rejected');
    if (failed)
      throw new Error('Not every consumer group has handled the events; publish them again.', { cause: failed.reason });
  }

  async subscribe(
    group: string,
    topics: readonly Topic[],
    handle: (event: Envelope) => Promise<void>,
  ): Promise<AsyncDisposable> {
    for (const other of this.#members) {
      const shared = other.group === group && topics.find((topic) => other.topics.has(topic));
      if (!shared) continue;
      if (!other.stop.signal.aborted) throw new Error(`The group '${group}' already has a subscription to ${shared}.`);
      this.#members.delete(other);
    }
    const stop = new AbortController();
    const { log, retry } = this.options;
    const deadLetter = async (letter: DeadLetter) => this.#deadLetters?.keep(letter);
    const member: Member = {
      group,
      topics: new Set(topics),
      queue: new KeyedQueue(CONCURRENCY),
      stop,
      deliver: createDelivery({ group, handle, deadLetter, log, retry, signal: stop.signal }),
    };
    this.#members.add(member);
    return { [Symbol.asyncDispose]: () => leave(member) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The event bus has stopped.'));
    await Promise.all([...this.#members].map(leave));
    await this.#looking?.[Symbol.asyncDispose]();
  }

  async #ready(): Promise<void> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const stopped = Promise.withResolvers<never>();
    const onAbort = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.options.ready, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #replay(): Promise<void> {
    try {
      await this.#ready();
    } catch {
      // The bus has stopped, or a service could not start. Requested replays stay in their files for the next start.
      return;
    }
    await this.#deadLetters?.giveBack(async (letters) => {
      await Promise.all(letters.map((letter) => this.#deliverAgain(letter)));
    });
  }

  async #deliverAgain({ topic, group, value }: DeadLetter): Promise<void> {
    const member = [...this.#members].find((other) => other.group === group && other.topics.has(topic));
    if (!member || member.stop.signal.aborted) throw new Error(`The consumer group '${group}' is not running.`);
    await member.queue.run(findKey(value), () => member.deliver(topic, value));
  }
}

/** @returns the event's key; a text that is not an event has no key and no order */
function findKey(value: string): string {
  try {
    return parseEvent(value).partitionkey;
  } catch {
    // The handler gets the same text, and reports its fault.
    return '';
  }
}

async function leave({ stop, queue }: Member): Promise<void> {
  stop.abort();
  await queue.idle();
}
