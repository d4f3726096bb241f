// The events that services gave up on (`npm run dlq`).
//   npm run dlq                          lists those that wait, with the reason of each
//   npm run dlq -- replay TOPIC GROUP    brings those of a topic and consumer group back to it
// Of the system that the settings name: with KAFKA_BROKERS the topics there, else the files in DATA_DIR.
import { join, resolve } from 'node:path';
import { parseEnv } from '@vibecode/platform/env';
import type { DeadLetter } from '@vibecode/platform/events/bus';
import type { DeadLetters } from '@vibecode/platform/events/dead-letters';
import { openKafkaDeadLetters } from '@vibecode/platform/events/kafka.dead-letters';
import { LocalDeadLetters } from '@vibecode/platform/events/local.dead-letters';
import { toStartFailure } from '@vibecode/platform/service';
import { embeddedSettings, sharedSettings } from '@vibecode/platform/settings';

const root = resolve(import.meta.dirname, '..');
const say = (text: string) => process.stdout.write(`${text}\n`);

async function openDeadLetters(): Promise<DeadLetters> {
  const { KAFKA_PREFIX, DATA_DIR } = embeddedSettings;
  const KAFKA_BROKERS = sharedSettings.KAFKA_BROKERS.optional();
  const settings = parseEnv('npm run dlq', { KAFKA_BROKERS, KAFKA_PREFIX, DATA_DIR });
  return settings.KAFKA_BROKERS
    ? openKafkaDeadLetters({ brokers: settings.KAFKA_BROKERS, prefix: settings.KAFKA_PREFIX })
    : new LocalDeadLetters(join(resolve(root, settings.DATA_DIR), 'dead-letters'));
}

function describe({ topic, group, reason, attempts, failedAt, value }: DeadLetter): string {
  return `${failedAt}  ${topic}  ${group}  after ${attempts} attempts: ${reason}\n    ${value}`;
}

async function run([command, topic, group, ...more]: string[]): Promise<number> {
  const isList = command === undefined;
  const isReplay = command === 'replay' && topic !== undefined && group !== undefined && more.length === 0;
  if (!isList && !isReplay) {
    process.stderr.write('usage: npm run dlq [-- replay TOPIC GROUP]\n');
    return 2;
  }
  await using letters = await openDeadLetters();
  if (isReplay) {
    const count = await letters.replay(topic, group);
    say(count === 0 ? `Nothing of ${topic} waits for ${group}.` : `${count} of ${topic} go back to ${group}.`);
    return 0;
  }
  const waiting = await letters.list();
  for (const letter of waiting) say(describe(letter));
  say(waiting.length === 0 ? 'No dead letters.' : `${waiting.length} in all.`);
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${toStartFailure(error, 'npm run dlq')}\n`);
  process.exitCode = 1;
}
