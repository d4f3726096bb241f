import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { register } from 'prom-client';
import type { DeadLetter, EventBus } from '../../src/events/bus.ts';
import { createKafkaBus } from '../../src/events/kafka.bus.ts';
import { openKafkaDeadLetters } from '../../src/events/kafka.dead-letters.ts';
import { contractRetry, describeEventBus } from './bus.contract.ts';
import { type DeadLetterHome, describeDeadLetters } from './dead-letters.contract.ts';
import { Collector, createUserRegistered, silent } from './event.fixture.ts';

const brokers = (process.env.KAFKA_BROKERS ?? '').split(',').filter(Boolean);
if (brokers.length === 0) throw new Error('KAFKA_BROKERS is missing: this test needs an Apache Kafka cluster.');

interface KafkaHome extends DeadLetterHome {
  readonly kafka: Kafka;
  readonly prefix: string;
  open(partitions?: number): EventBus;
  /** Sum of a group's committed offsets; -1 for each partition without one. */
  committed(topic: string, group: string): Promise<number>;
  deleteTopics(): Promise<void>;
}

/** Topics and groups of its own, which are deleted at the end. */
async function startKafkaHome(): Promise<KafkaHome> {
  const prefix = `test-${randomUUID()}.`;
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  async function deleteTopics(): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    const own = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (own.length > 0) await admin.deleteTopics({ topics: own });
    await admin.disconnect();
  }
  return {
    kafka,
    prefix,
    open: (partitions = 2) =>
      createKafkaBus({ brokers, service: 'test', log: silent, prefix, partitions, retry: contractRetry }),
    openDeadLetters: () => openKafkaDeadLetters({ brokers, prefix }),
    async committed(topic, group) {
      const admin = kafka.admin();
      await admin.connect();
      const [offsets] = await admin.fetchOffsets({ groupId: `${prefix}${group}`, topics: [`${prefix}${topic}`] });
      await admin.disconnect();
      return offsets!.partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
    },
    async deadLetters(topic, group, count) {
      const letters = new Collector<DeadLetter>();
      const consumer = kafka.consumer({ groupId: `${prefix}reader-${randomUUID()}` });
      await consumer.connect();
      await consumer.subscribe({ topic: `${prefix}${topic}.${group}.dlq`, fromBeginning: true });
      await consumer.run({
        eachMessage: async ({ message }) => {
          const header = (name: string) => message.headers?.[name]?.toString() ?? '';
          letters.add({
            topic: header('topic'),
            group: header('group'),
            reason: header('reason'),
            attempts: Number(header('attempts')),
            failedAt: header('failed-at'),
            value: message.value?.toString() ?? '',
          });
        },
      });
      await letters.reached(count);
      await consumer.disconnect();
      return letters.values;
    },
    deleteTopics,
    [Symbol.asyncDispose]: deleteTopics,
  };
}

describeEventBus('Apache Kafka', startKafkaHome);
describeDeadLetters('Kafka', startKafkaHome);

describe('createKafkaBus', () => {
  it('commits no further than the first event in work, though later ones have finished', async () => {
    await using home = await startKafkaHome();
    await using bus = home.open(1);
    const events = Array.from({ length: 30 }, (_, index) => createUserRegistered({ key: `key ${index}` }));
    const slow = events[10]!.id;
    const gate = Promise.withResolvers<void>();
    const seen = new Collector<string>();
    const subscription = await bus.subscribe('billing', ['user.registered'], async ({ id }) => {
      if (id === slow) await gate.promise;
      seen.add(id);
    });
    await bus.publish(events);
    await seen.reached(events.length - 1);
    expect(await home.committed('user.registered', 'billing')).toBeLessThanOrEqual(10);
    gate.resolve();
    await seen.reached(events.length);
    await subscription[Symbol.asyncDispose]();
    expect(await home.committed('user.registered', 'billing')).toBe(events.length);
  });

  it('measures what a consumer that stands still is behind with, and forgets it with the consumer', async () => {
    await using home = await startKafkaHome();
    await using bus = home.open();
    const lag = async () => /^kafka_consumer_lag\{.*\} (\d+)$/m.exec(await register.metrics())?.[1];
    const gate = Promise.withResolvers<void>();
    const seen = new Collector<string>();
    const subscription = await bus.subscribe('billing', ['user.registered'], async ({ id }) => {
      await gate.promise;
      seen.add(id);
    });
    const events = Array.from({ length: 20 }, (_, index) => createUserRegistered({ key: `key ${index}` }));
    await bus.publish(events);
    while ((await lag()) !== '20') await delay(50);
    expect(await register.metrics()).toContain('kafka_consumer_lag{group="billing",topic="user.registered"} 20');
    gate.resolve();
    await seen.reached(events.length);
    while ((await lag()) !== '0') await delay(50);
    await subscription[Symbol.asyncDispose]();
    expect(await lag()).toBeUndefined();
  });

  it('creates a topic again that the cluster no longer hosts', async () => {
    await using home = await startKafkaHome();
    await using bus = home.open();
    const first = createUserRegistered({ key: 'ann' });
    await bus.publish([first]);
    const before = await bus.subscribe('billing', ['user.registered'], async () => undefined);
    await before[Symbol.asyncDispose]();
    await home.deleteTopics();
    const seen = new Collector<string>();
    await using _ = await bus.subscribe('billing', ['user.registered'], async ({ id }) => seen.add(id));
    const second = createUserRegistered({ key: 'ann' });
    await bus.publish([second]);
    expect(await seen.reached(1)).toEqual([second.id]);
    await home.deleteTopics();
    const third = createUserRegistered({ key: 'ann' });
    await bus.publish([third]);
  });

  it('dead-letters at once what is no event at all', async () => {
    await using home = await startKafkaHome();
    await using bus = home.open();
    const handled = new Collector<string>();
    await using _ = await bus.subscribe('billing', ['user.registered'], async ({ id }) => handled.add(id));
    const producer = home.kafka.producer();
    await producer.connect();
    await producer.send({ topic: `${home.prefix}user.registered`, messages: [{ key: 'ann', value: 'not json' }] });
    await producer.disconnect();
    const [letter] = await home.deadLetters('user.registered', 'billing', 1);
    expect(letter).toMatchObject({ attempts: 1, value: 'not json' });
    expect(letter!.reason).toMatch(/^EventInvalidError: Expected a CloudEvent in JSON/);
    const event = createUserRegistered({ key: 'ann' });
    await bus.publish([event]);
    expect(await handled.reached(1)).toEqual([event.id]);
  });
});
