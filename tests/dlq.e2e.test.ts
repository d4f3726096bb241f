import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDataDirectory } from './support/embedded-graph.ts';

const script = join(import.meta.dirname, '..', 'scripts', 'dlq.ts');
const letter = {
  topic: 'user.registered',
  group: 'billing',
  reason: 'Error: no plan',
  attempts: 6,
  value: '{"id":"1"}',
};

describe('npm run dlq', () => {
  it('lists what waits with its reason, and asks for it back', async () => {
    await using data = await createDataDirectory();
    const env = { ...process.env, DATA_DIR: data.path, KAFKA_BROKERS: '' };
    const dlq = async (...args: string[]) =>
      (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout;
    expect(await dlq()).toBe('No dead letters.\n');
    const directory = join(data.path, 'dead-letters');
    await mkdir(directory);
    const line = `${JSON.stringify({ ...letter, failedAt: '2026-11-24T12:00:00.000Z' })}\n`;
    await writeFile(join(directory, 'user.registered.billing.dlq.jsonl'), line + line);
    const listed = await dlq();
    expect(listed).toContain('user.registered  billing  after 6 attempts: Error: no plan\n    {"id":"1"}');
    expect(listed).toContain('2 dead letters.');
    expect(await dlq('replay', 'user.registered', 'billing')).toBe(
      '2 dead letters of user.registered are delivered to billing again.\n',
    );
    expect(await readdir(directory)).toContain('user.registered.billing.dlq.replay');
    expect(await dlq('replay', 'audit.log', 'billing')).toBe('The group billing has no dead letters of audit.log.\n');
    await expect(dlq('play')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('usage') });
  });
});
