import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { defaultPorts, serviceNames } from '@vibecode/platform/services';
import { databaseSetting, urlSetting } from '@vibecode/platform/settings';
import { startProcess } from './support/process.ts';

// Builds images and runs them as a cluster does: read-only, without rights, against the real servers of this machine.
// `IMAGES=gateway,auth` builds others; `npm run test:images` is the command.
const root = join(import.meta.dirname, '..');
const names = (process.env.IMAGES ?? 'billing,gateway').split(',') as (keyof typeof defaultPorts | 'gateway')[];
const run = `run${randomBytes(4).toString('hex')}`;
const tag = process.env.IMAGE_TAG ?? 'test';
const MAX_IMAGE_BYTES = 250_000_000;
const PORT_OFFSET = 24_000;
/** Nothing that the image lacks may be needed, and nothing that it has may be written to. */
const CONFINED = ['--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--memory=512m'];

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args, { maxBuffer: 16 << 20 });
  return stdout.trim();
}

function toArgs(name: string, port: number): string[] {
  const setting = databaseSetting(name as 'billing');
  const database = new URL(process.env.POSTGRES_URL as string);
  database.pathname = `/${run}_${name.replaceAll('-', '_')}`;
  const env: Record<string, string> = {
    ...Object.fromEntries(serviceNames.map((of) => [urlSetting(of), `http://127.0.0.1:${defaultPorts[of]}`])),
    REDIS_URL: process.env.REDIS_URL as string,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS as string,
    MONGODB_URL: process.env.MONGODB_URL as string,
    [setting]: database.href,
    SERVICE_SECRET: randomBytes(24).toString('hex'),
    AUTH_SIGNING_KEY_SECRET: randomBytes(24).toString('hex'),
    REDIS_PREFIX: `${run}:`,
    KAFKA_PREFIX: `${run}.`,
    MONGODB_DATABASE: run,
    PORT: String(port),
  };
  return Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
}

describe.each(names)('the image of %s', (name) => {
  const image = `vibecode/${name}:${tag}`;
  const port = (name === 'gateway' ? 8080 : defaultPorts[name]) + PORT_OFFSET;

  beforeAll(async () => {
    const env = { ...process.env, IMAGE_TAG: tag };
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'images.ts'), name], {
      env,
      maxBuffer: 64 << 20,
    });
  }, 600_000);

  test('is small, names its version, and runs as nobody in particular', async () => {
    const [inspected] = JSON.parse(await docker('image', 'inspect', image));
    expect(inspected.Size).toBeLessThan(MAX_IMAGE_BYTES);
    expect(inspected.Config.User).toBe('65532:65532');
    expect(inspected.Config.Labels['org.opencontainers.image.version']).toMatch(/^\d+\.\d+\.\d+/);
    expect(inspected.Config.Labels['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{40}$/);
  });

  test('lists the packages that it has, which are those for production', async () => {
    const read = 'process.stdout.write(require("fs").readFileSync("sbom.cdx.json"))';
    const sbom = JSON.parse(await docker('run', '--rm', image, '-e', read));
    const packages = sbom.components.map((component: { name: string }) => component.name);
    expect(packages).toEqual(expect.arrayContaining(['node', 'graphql', 'pino']));
    for (const absent of ['typescript', 'jest', 'fast-check', '@electric-sql/pglite', 'vite']) {
      expect(packages).not.toContain(absent);
    }
  });

  test('migrates twice at once, answers its health checks, and ends with 0 on SIGTERM', async () => {
    const args = ['--network=host', ...CONFINED, ...toArgs(name, port)];
    if (name !== 'gateway') {
      const migrate = () => docker('run', '--rm', ...args, image, 'migrate.js');
      for (const output of await Promise.all([migrate(), migrate()])) expect(output).toContain('"action":"migrations"');
    }
    const container = `${run}-${name}`;
    await using running = await startProcess({
      command: 'docker',
      args: ['run', '--rm', '--name', container, ...args, '--env=HOST=127.0.0.1', image],
      ready: /"action":"(service|gateway)\.started"/,
    });
    const url = `http://127.0.0.1:${port}`;
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect((await fetch(url + path)).status).toBe(200);
    if (name === 'gateway') {
      expect(await (await fetch(url)).text()).toContain('<div id="root">');
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      });
      expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    }
    await docker('exec', container, '/usr/local/bin/node', 'health.js');
    await docker('kill', '--signal=TERM', container);
    expect(await running.exited).toBe(0);
  }, 120_000);

  test('ends on SIGTERM before it has started, too', async () => {
    const container = `${run}-${name}-early`;
    // An address where nothing answers keeps the start waiting.
    const args = ['--network=none', ...CONFINED, ...toArgs(name, port), '--env=REDIS_URL=redis://192.0.2.1:6379'];
    await docker('run', '--detach', '--name', container, ...args, image);
    try {
      await delay(100);
      const startedAt = Date.now();
      await docker('stop', '--time=30', container);
      expect(Date.now() - startedAt).toBeLessThan(15_000);
    } finally {
      await docker('rm', '--force', container);
    }
  }, 60_000);
});
