import { randomUUID } from 'node:crypto';
import { type Admin, type IHeaders, Kafka, type KafkaMessage, logLevel, type Producer } from 'kafkajs';
import { z } from 'zod';
import type { DeadLetter } from './bus.ts';
import { toDeadLetterTopic } from './bus.ts';
import type { DeadLetters } from './dead-letters.ts';
import { eventContentType } from './event.ts';

export interface KafkaDeadLettersOptions {
  readonly brokers: readonly string[];
  /** The bus's prefix. Default: none. */
  readonly prefix?: string;
}

/** The only partition of a dead-letter topic. */
const PARTITION = 0;

/**
 * Opens the dead letters in Kafka's topics `<topic>.<group>.dlq`. The consumer group `<topic>.<group>.dlq.replay` has committed
 * the offset up to which a topic has been replayed. Messages after it are waiting.
 */
export async function openKafkaDeadLetters({ brokers, prefix = '' }: KafkaDeadLettersOptions): Promise<DeadLetters> {
  const kafka = new Kafka({ clientId: 'dead-letters', brokers: [...brokers], logLevel: logLevel.NOTHING });
  await using opened = new AsyncDisposableStack();
  const admin = opened.adopt(kafka.admin(), (open) => open.disconnect());
  await admin.connect();
  const producer = opened.adopt(kafka.producer({ idempotent: true }), (open) => open.disconnect());
  await producer.connect();
  const resources = opened.move();
  return new KafkaDeadLetters(kafka, admin, producer, prefix, resources);
}

class KafkaDeadLetters implements DeadLetters {
  constructor(
    readonly kafka: Kafka,
    readonly admin: Admin,
    readonly producer: Producer,
    readonly prefix: string,
    readonly opened: AsyncDisposableStack,
  ) {}

  async list(): Promise<DeadLetter[]> {
    const topics = await this.admin.listTopics();
    const letters: DeadLetter[] = [];
    for (const topic of topics.filter((name) => name.startsWith(this.prefix) && name.endsWith('.dlq')).sort()) {
      const group = `${topic}.look-${randomUUID()}`;
      await this.#read(topic, group, async (message) => void letters.push(toDeadLetter(message)));
      // If it stays, the group is empty, and the broker removes it when its offsets expire.
      await this.admin.deleteGroups([group]).catch(() => undefined);
    }
    return letters;
  }

  async replay(topic: string, group: string): Promise<number> {
    const name = `${this.prefix}${toDeadLetterTopic(topic, group)}`;
    if (!(await this.admin.listTopics()).includes(name)) return 0;
    let count = 0;
    await this.#read(name, `${name}.replay`, async ({ value }, commit) => {
      const text = value?.toString() ?? '';
      const headers = { 'content-type': eventContentType };
      const messages = [{ key: findKey(text), value: text, headers }];
      await this.producer.send({ topic: `${this.prefix}${topic}`, acks: -1, messages });
      await commit();
      count += 1;
    });
    return count;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.opened.disposeAsync();
  }

  /** Reads the messages that are waiting at this moment. */
  async #read(
    topic: string,
    groupId: string,
    onMessage: (message: KafkaMessage, commit: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const [{ low, high } = { low: '0', high: '0' }] = await this.admin.fetchTopicOffsets(topic);
    const [replayed] = await this.admin.fetchOffsets({ groupId: `${topic}.replay`, topics: [topic] });
    const committed = replayed?.partitions[PARTITION]?.offset ?? '-1';
    // Retention may have deleted messages that were not replayed.
    const first = BigInt(low) > BigInt(committed) ? BigInt(low) : BigInt(committed);
    const last = BigInt(high) - 1n;
    if (first > last) return;
    const consumer = this.kafka.consumer({ groupId });
    await consumer.connect();
    const finished = Promise.withResolvers<void>();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ message }) => {
          const offset = BigInt(message.offset);
          if (offset < first || offset > last) return;
          const commit = () => consumer.commitOffsets([{ topic, partition: PARTITION, offset: String(offset + 1n) }]);
          await onMessage(message, commit).catch(finished.reject);
          if (offset === last) finished.resolve();
        },
      });
      await finished.promise;
    } finally {
      await consumer.disconnect();
    }
  }
}

function toDeadLetter({ headers = {}, value }: KafkaMessage): DeadLetter {
  return {
    topic: readHeader(headers, 'topic'),
    group: readHeader(headers, 'group'),
    reason: readHeader(headers, 'reason'),
    attempts: Number(readHeader(headers, 'attempts')),
    failedAt: readHeader(headers, 'failed-at'),
    value: value?.toString() ?? '',
  };
}

function readHeader(headers: IHeaders, name: string): string {
  return String(headers[name] ?? '');
}

const keyed = z.object({ partitionkey: z.string() });

/** @returns the event's key, so that it keeps its order; null for a text that is not an event */
function findKey(text: string): string | null {
  try {
    return keyed.parse(JSON.parse(text)).partitionkey;
  } catch {
    // The text is replayed unchanged, and the handler reports its fault.
    return null;
  }
}
