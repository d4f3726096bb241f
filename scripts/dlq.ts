// Dead letters: the events that consumer groups could not handle (`npm run dlq`).
//   npm run dlq                          lists the dead letters with their reasons
//   npm run dlq -- replay TOPIC GROUP    delivers the dead letters of a topic and consumer group again
// The settings select the system: with KAFKA_BROKERS its topics are read, otherwise the files in DATA_DIR.
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
    say(
      count === 0
        ? `The group ${group} has no dead letters of ${topic}.`
        : `${count} dead letters of ${topic} are delivered to ${group} again.`,
    );
    return 0;
  }
  const waiting = await letters.list();
  for (const letter of waiting) say(describe(letter));
  say(waiting.length === 0 ? 'No dead letters.' : `${waiting.length} dead letters.`);
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${toStartFailure(error, 'npm run dlq')}\n`);
  process.exitCode = 1;
}
