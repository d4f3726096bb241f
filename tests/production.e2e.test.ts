import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultPorts, serviceNames } from '@vibecode/platform/services';
import { databaseSetting, urlSetting } from '@vibecode/platform/settings';
import { startProcess } from './support/process.ts';

const root = join(import.meta.dirname, '..');
const PORT_OFFSET = 23_000;
const run = `run${randomBytes(4).toString('hex')}`;

/** Settings for processes that stand beside other graphs on this machine. */
function settings(): NodeJS.ProcessEnv {
  const databases = serviceNames.map((name) => {
    const url = new URL(process.env.POSTGRES_URL as string);
    url.pathname = `/${run}_${name.replaceAll('-', '_')}`;
    return [databaseSetting(name), url.href];
  });
  const urls = serviceNames.map((name) => [urlSetting(name), `http://127.0.0.1:${defaultPorts[name] + PORT_OFFSET}`]);
  return {
    ...Object.fromEntries([...databases, ...urls]),
    PORT: String(8080 + PORT_OFFSET),
    SERVICE_SECRET: randomBytes(24).toString('base64url'),
    AUTH_SIGNING_KEY_SECRET: randomBytes(24).toString('base64url'),
    REDIS_PREFIX: `${run}:`,
    KAFKA_PREFIX: `${run}.`,
    MONGODB_DATABASE: run,
  };
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} was not ready in 60 s.`);
    await delay(100);
  }
}

describe('npm run start:production', () => {
  test('runs every service as a process, starts a killed one again, and stops all in order', async () => {
    await using system = await startProcess({
      command: process.execPath,
      args: [join(root, 'scripts', 'start.production.ts')],
      cwd: root,
      env: settings(),
      ready: /"action":"gateway\.started"/,
    });
    const billing = `http://127.0.0.1:${defaultPorts.billing + PORT_OFFSET}`;
    await untilReady(billing);
    const pid = Number(/^billing is process (\d+)$/m.exec(system.output())?.[1]);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    while (!system.output().includes('billing ended by SIGKILL')) await delay(50);
    await untilReady(billing);
    await untilReady(`http://127.0.0.1:${8080 + PORT_OFFSET}`);

    system.kill('SIGTERM');
    expect(await system.exited).toBe(0);
    expect(system.output()).toMatch(/SIGTERM: stopping[\s\S]*Stopped\n$/);
    await expect(fetch(`${billing}/health/live`)).rejects.toThrow();
  }, 180_000);

  test('names every missing setting at once, and starts nothing', async () => {
    const { AUTH_SIGNING_KEY_SECRET, SERVICE_SECRET, ...rest } = settings();
    const starting = startProcess({
      command: process.execPath,
      args: [join(root, 'scripts', 'start.production.ts')],
      cwd: root,
      env: { ...rest, SERVICE_SECRET: '', BILLING_DATABASE_URL: 'mysql://somewhere' },
      ready: /"action":"service\.started"/,
    });
    await expect(starting).rejects.toThrow(
      /ended with 1:\n.*\n(?=[\s\S]*SERVICE_SECRET is missing)(?=[\s\S]*BILLING_DATABASE_URL is)/,
    );
  });
});
