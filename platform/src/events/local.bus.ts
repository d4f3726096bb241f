import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Topic } from '@vibecode/schema/events/topics';
import type { Logger } from '../log.ts';
import { type DeadLetter, type EventBus, type RetryOptions, toDeadLetterTopic } from './bus.ts';
import { createDelivery } from './delivery.ts';
import { KeyedQueue } from './keyed.queue.ts';

export interface LocalBusOptions {
  readonly log: Logger;
  /**
   * Where dead letters are kept: a file `<topic>.<group>.dlq.jsonl` for each topic and group, one `DeadLetter` a line.
   * Without it they stand in the log only.
   */
  readonly deadLetterDirectory?: string;
  /**
   * Nothing is delivered before it resolves. Resolve it when every service of the process has subscribed: an event that
   * is replayed from an outbox at start would miss a group that subscribes later. Rejected, nothing is published any more. Default: at once.
   */
  readonly ready?: Promise<unknown>;
  readonly retry?: RetryOptions;
}

/**
 * A bus within one process, for the embedded default. `publish` resolves only when every group has handled or dead-lettered
 * the event, so an outbox that marks it then is all the durability needed: after a crash it is published again.
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

/** Handlers of one group that run at once, for different keys. */
const CONCURRENCY = 4;

class LocalBus implements EventBus {
  // A member that has left stays listed: what it would have got must wait in the outbox until it is back.
  readonly #members = new Set<Member>();
  readonly #stop = new AbortController();

  constructor(readonly options: LocalBusOptions) {}

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
      throw new Error('Not every consumer group took the events; publish them again.', { cause: failed.reason });
  }

  async subscribe(
    group: string,
    topics: readonly Topic[],
    handle: (event: Envelope) => Promise<void>,
  ): Promise<AsyncDisposable> {
    for (const other of this.#members) {
      const shared = other.group === group && topics.find((topic) => other.topics.has(topic));
      if (!shared) continue;
      if (!other.stop.signal.aborted) throw new Error(`The group '${group}' has a subscription to ${shared} already.`);
      this.#members.delete(other);
    }
    const stop = new AbortController();
    const { log, retry } = this.options;
    const deadLetter = (letter: DeadLetter) => this.#keep(letter);
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

  async #keep(letter: DeadLetter): Promise<void> {
    const directory = this.options.deadLetterDirectory;
    if (!directory) return;
    await mkdir(directory, { recursive: true });
    const file = join(directory, `${toDeadLetterTopic(letter.topic, letter.group)}.jsonl`);
    await appendFile(file, `${JSON.stringify(letter)}\n`, { flush: true });
  }
}

async function leave({ stop, queue }: Member): Promise<void> {
  stop.abort();
  await queue.idle();
}
