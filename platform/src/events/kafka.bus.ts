import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Topic } from '@vibecode/schema/events/topics';
import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { type Consumer, type EachBatchPayload, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Logger } from '../log.ts';
import { type DeadLetter, type EventBus, type RetryOptions, toDeadLetterTopic } from './bus.ts';
import { createDelivery } from './delivery.ts';
import { eventContentType } from './event.ts';
import { createHeartbeat } from './kafka.heartbeat.ts';
import { watchLag } from './kafka.lag.ts';
import { KeyedQueue } from './keyed.queue.ts';
import { OffsetTracker } from './offset.tracker.ts';

export interface KafkaBusOptions {
  /** `host:port` of one or more of the cluster's brokers. */
  readonly brokers: readonly string[];
  /** Client id, for the broker's logs and quotas. */
  readonly service: string;
  readonly log: Logger;
  /** Prefix of every topic and group, so that several systems can share a cluster. Default: none. */
  readonly prefix?: string;
  /** Number of partitions of created topics; dead-letter topics have one. Default 6. */
  readonly partitions?: number;
  readonly retry?: RetryOptions;
}

/** The client's own retries wrap the error. */
const isNotHosted = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION' || isNotHosted(error.cause));
const untilHosted = retry(handleWhen(isNotHosted), { maxAttempts: 20, backoff: new ConstantBackoff(250) });

/** Concurrent handlers of one partition, for different keys. */
const CONCURRENCY = 8;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 3_000;

/**
 * The bus over Apache Kafka: idempotent producer, acks=all, an event as CloudEvents structured JSON keyed by its
 * `partitionkey`. Topics are created at their first use. Offsets are committed for the contiguous finished prefix only.
 * Only the files `kafka.*.ts` depend on kafkajs.
 */
export function createKafkaBus(options: KafkaBusOptions): EventBus {
  return new KafkaBus(options);
}

interface TopicMessages {
  readonly topic: string;
  readonly messages: { key: string | null; value: string; headers: Record<string, string> }[];
}

class KafkaBus implements EventBus {
  readonly #kafka: Kafka;
  readonly #created = new Map<string, Promise<void>>();
  readonly #subscriptions = new Set<AsyncDisposable>();
  #producer: Promise<Producer> | null = null;

  constructor(readonly options: KafkaBusOptions) {
    this.#kafka = new Kafka({
      clientId: options.service,
      brokers: [...options.brokers],
      connectionTimeout: 5_000,
      requestTimeout: 15_000,
      retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => {
        const { message, timestamp: _, logger: __, ...fields } = entry.log;
        options.log[entry.level === logLevel.ERROR ? 'error' : 'warn']({ action: 'kafka', ...fields }, message);
      },
    });
  }

  async publish(events: readonly Envelope[]): Promise<void> {
    const messages = Map.groupBy(events, (event) => this.#named(event.type));
    await this.#send(
      [...messages].map(([topic, events]) => ({
        topic,
        messages: events.map((event) => ({
          key: event.partitionkey,
          value: JSON.stringify(event),
          headers: { 'content-type': eventContentType },
        })),
      })),
    );
  }

  async subscribe(
    group: string,
    topics: readonly Topic[],
    handle: (event: Envelope) => Promise<void>,
  ): Promise<AsyncDisposable> {
    const names = topics.map((topic) => this.#named(topic));
    const deadLetterNames = topics.map((topic) => this.#named(toDeadLetterTopic(topic, group)));
    const consumer = this.#kafka.consumer({
      groupId: this.#named(group),
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      allowAutoTopicCreation: false,
      // A consumer that failed for any reason restarts from its committed offsets.
      retry: { restartOnFailure: async () => true },
    });
    const stop = new AbortController();
    const deliver = createDelivery({
      group,
      handle,
      deadLetter: (letter) => this.#sendDeadLetter(letter),
      log: this.options.log,
      retry: this.options.retry,
      signal: stop.signal,
    });
    await consumer.connect();
    const toLabel = (name: string) => this.#unnamed(name);
    const lag = watchLag({ consumer, kafka: this.#kafka, groupId: this.#named(group), topics: names, toLabel });
    const subscription = {
      [Symbol.asyncDispose]: async () => {
        await this.#leave(subscription, consumer, stop);
        await lag[Symbol.asyncDispose]();
      },
    };
    this.#subscriptions.add(subscription);
    try {
      await this.#whenHosted([...names, ...deadLetterNames], () =>
        consumer.subscribe({ topics: names, fromBeginning: true }),
      );
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: (payload) => this.#handleBatch(payload, deliver, stop.signal),
      });
    } catch (error) {
      await subscription[Symbol.asyncDispose]();
      throw error;
    }
    return subscription;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription[Symbol.asyncDispose]()));
    await this.#dropProducer(this.#producer);
  }

  async #handleBatch(
    { batch, heartbeat, resolveOffset, commitOffsetsIfNecessary, isRunning }: EachBatchPayload,
    deliver: (topic: string, value: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { topic, partition } = batch;
    const tracker = new OffsetTracker();
    const queue = new KeyedQueue(CONCURRENCY);
    let committed: bigint | null = null;
    let committing = Promise.resolve();
    const commit = async () => {
      const offset = tracker.committable;
      if (offset === null || offset === committed) return;
      committed = offset;
      resolveOffset(String(offset - 1n));
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }] });
    };
    const beat = setInterval(
      createHeartbeat({ heartbeat, log: this.options.log, topic, partition }),
      HEARTBEAT_INTERVAL_MS,
    );
    try {
      const deliveries = batch.messages.map(async (message) => {
        const offset = BigInt(message.offset);
        tracker.start(offset);
        await queue.run(message.key?.toString() ?? '', async () => {
          signal.throwIfAborted();
          if (!isRunning()) throw new Error('The consumer has left its group.');
          await deliver(this.#unnamed(topic), message.value?.toString() ?? '');
        });
        tracker.finish(offset);
        committing = committing.then(commit);
        await committing;
      });
      const failed = (await Promise.allSettled(deliveries)).find((result) => result.status === 'rejected');
      if (failed && !signal.aborted) throw failed.reason;
    } finally {
      clearInterval(beat);
    }
  }

  async #leave(subscription: AsyncDisposable, consumer: Consumer, stop: AbortController): Promise<void> {
    if (!this.#subscriptions.delete(subscription)) return;
    stop.abort(new Error('The consumer is stopping.'));
    await consumer.disconnect();
  }

  #sendDeadLetter({ topic, group, reason, attempts, failedAt, value }: DeadLetter): Promise<void> {
    const headers = { reason, attempts: String(attempts), 'failed-at': failedAt, topic, group };
    return this.#send([
      { topic: this.#named(toDeadLetterTopic(topic, group)), messages: [{ key: null, value, headers }] },
    ]);
  }

  async #send(topicMessages: TopicMessages[]): Promise<void> {
    if (topicMessages.length === 0) return;
    const topics = topicMessages.map(({ topic }) => topic);
    await this.#whenHosted(topics, () => this.#sendBatch(topicMessages));
  }

  async #sendBatch(topicMessages: TopicMessages[]): Promise<void> {
    this.#producer ??= this.#connectProducer();
    const producer = this.#producer;
    try {
      await (await producer).sendBatch({ acks: -1, topicMessages });
    } catch (error) {
      // It is unknown whether the broker accepted the batch, and so is the next sequence number. Continue as a new producer.
      await this.#dropProducer(producer);
      throw error;
    }
  }

  async #connectProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  async #dropProducer(producer: Promise<Producer> | null): Promise<void> {
    if (!producer) return;
    if (this.#producer === producer) this.#producer = null;
    // A producer that could not connect has already rejected its calls. One that cannot disconnect has nothing left to send.
    await producer.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  /**
   * Runs what needs topics. A broker may list a topic before it hosts it, where services that start together create it, and an
   * operator may have deleted it since: it is waited for, and created again where it is missing.
   */
  #whenHosted(topics: readonly string[], work: () => Promise<void>): Promise<void> {
    return untilHosted.execute(async () => {
      await this.#create(topics);
      try {
        await work();
      } catch (error) {
        if (isNotHosted(error)) for (const topic of topics) this.#created.delete(topic);
        throw error;
      }
    });
  }

  async #create(topics: readonly string[]): Promise<void> {
    const missing = topics.filter((topic) => !this.#created.has(topic));
    if (missing.length > 0) {
      const created = this.#createTopics(missing);
      for (const topic of missing) this.#created.set(topic, created);
      // The caller awaits the same promise below. The next one tries to create the topics again.
      created.catch(() => {
        for (const topic of missing) this.#created.delete(topic);
      });
    }
    await Promise.all(topics.map((topic) => this.#created.get(topic)));
  }

  async #createTopics(topics: readonly string[]): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      // Existing topics are listed first, because the client logs an error for each topic that exists already.
      const known = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !known.has(topic));
      if (missing.length === 0) return;
      const definitions = missing.map((topic) => ({
        topic,
        numPartitions: topic.endsWith('.dlq') ? 1 : (this.options.partitions ?? 6),
        replicationFactor: -1,
      }));
      await admin.createTopics({ topics: definitions });
    } finally {
      await admin.disconnect();
    }
  }

  #named(name: string): string {
    return `${this.options.prefix ?? ''}${name}`;
  }

  #unnamed(topic: string): string {
    return topic.slice(this.options.prefix?.length ?? 0);
  }
}
