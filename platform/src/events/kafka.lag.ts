import type { Admin, Consumer, Kafka } from 'kafkajs';
import { Gauge } from 'prom-client';

/** Time in which the broker has to answer while metrics are collected. */
const TIMEOUT_MS = 2_000;

const watches = new Set<() => Promise<void>>();

const lag = new Gauge({
  name: 'kafka_consumer_lag',
  help: 'Events that this process has not finished yet, in the partitions that its group has assigned to it.',
  labelNames: ['group', 'topic'],
  async collect() {
    await Promise.all([...watches].map((read) => read()));
  },
});

export interface LagOptions {
  readonly consumer: Consumer;
  readonly kafka: Kafka;
  /** The group and its topics as the broker names them. */
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Removes the prefix of a name. */
  readonly toLabel: (name: string) => string;
}

/**
 * Measures how far a consumer is behind: the sum over its partitions of the end of the log less the committed offset. The broker
 * is asked whenever metrics are collected, so that a consumer that stands still shows its lag, too. While the broker does not
 * answer, the last values stay. Disposing ends the measurement.
 */
export function watchLag({ consumer, kafka, groupId, topics, toLabel }: LagOptions): AsyncDisposable {
  const group = toLabel(groupId);
  let assigned: Record<string, number[]> = {};
  const forgetJoins = consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment;
  });

  // It stays open, because metrics are collected all the time.
  let admin: Promise<Admin> | null = null;
  function connect(): Promise<Admin> {
    if (admin) return admin;
    const client = kafka.admin({ retry: { retries: 1 } });
    const connecting = client.connect().then(() => client);
    admin = connecting;
    // The caller awaits the same promise. The next one connects again.
    connecting.catch(() => {
      admin = null;
    });
    return connecting;
  }

  async function read(signal: AbortSignal): Promise<void> {
    const connected = await connect();
    const committed = await connected.fetchOffsets({ groupId, topics: [...topics] });
    for (const { topic, partitions } of committed) {
      const ends = new Map((await connected.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
      if (signal.aborted || !watches.has(collect)) return;
      const behind = partitions
        .filter(({ partition }) => assigned[topic]?.includes(partition))
        .map(({ partition, offset }) => {
          const { low = '0', high = '0' } = ends.get(partition) ?? {};
          // A group without a committed offset starts at the oldest event.
          return Number(high) - Math.max(Number(offset), Number(low));
        });
      lag.set(
        { group, topic: toLabel(topic) },
        behind.reduce((sum, events) => sum + Math.max(events, 0), 0),
      );
    }
  }

  async function collect(): Promise<void> {
    const late = AbortSignal.timeout(TIMEOUT_MS);
    const tooLate = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve(), { once: true }));
    // An outage of the broker is logged by its consumer. Here the last values stay.
    await Promise.race([read(late).catch(() => undefined), tooLate]);
  }

  watches.add(collect);
  return {
    async [Symbol.asyncDispose]() {
      watches.delete(collect);
      forgetJoins();
      for (const topic of topics) lag.remove({ group, topic: toLabel(topic) });
      // One that could not connect has nothing to close.
      await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
    },
  };
}
