import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@vibecode/platform/services';
import { urlSetting } from '@vibecode/platform/settings';
import { askAlone, observe } from './support/gateway.process.ts';
import { composeFields, createFolder, startEcho } from './support/source.fixture.ts';

const root = join(import.meta.dirname, '..', '..');
const NOWHERE = 'http://127.0.0.1:1';

/** The gateway of the system as a process of its own, in front of services that are away and one subgraph that answers. */
async function startSystemGateway(settings: Record<string, string>) {
  const REDIS_URL = process.env.REDIS_URL;
  if (!REDIS_URL) throw new Error('REDIS_URL is missing: expected a Redis server for the gateway.');
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await createFolder());
  const echo = starting.use(await startEcho());
  const [supergraph, config] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
  await writeFile(supergraph, composeFields(echo.url, 'hello'));
  await writeFile(config, 'rate_limit: { capacity: 6, interval: 600s }\n');
  const child = spawn(join(root, 'node_modules', '.bin', 'node'), [join(root, 'supergraph', 'dist', 'main.js')], {
    env: {
      PATH: process.env.PATH,
      ...Object.fromEntries(serviceNames.map((name) => [urlSetting(name), NOWHERE])),
      SERVICE_SECRET: 'a secret of at least sixteen characters',
      REDIS_URL,
      REDIS_PREFIX: `test-${randomUUID()}:`,
      SUPERGRAPH_FILE: supergraph,
      ROUTER_CONFIG_FILE: config,
      PORT: '0',
      ...settings,
    },
  });
  const observed = observe(child);
  starting.defer(async () => {
    child.kill('SIGTERM');
    await observed.ended;
  });
  const owned = starting.move();
  return {
    ...observed,
    /** Settles with the line, or rejects with everything that a process printed that ended instead. */
    async started(text: string) {
      const line = await Promise.race([observed.until(text), observed.ended]);
      if (line === null || typeof line === 'number') throw new Error(observed.lines.join('\n'));
      return line;
    },
    stop: () => child.kill('SIGTERM'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('The gateway of the system', () => {
  it('serves one port from as many processes as GATEWAY_WORKERS says, and stops them all', async () => {
    await using gateway = await startSystemGateway({ GATEWAY_WORKERS: '2' });
    const { url, workers } = await gateway.started('gateway.workers.started');
    expect(workers).toBe(2);
    const serving = [await gateway.until('gateway.started'), await gateway.until('gateway.started', 2)];
    expect(new Set(serving.map(({ pid }) => pid)).size).toBe(2);
    expect(serving.map((line) => line.url)).toEqual([url, url]);
    // Connections go to the workers in turn, and both count in Redis.
    const statuses: number[] = [];
    for (let request = 0; request < 8; request += 1) {
      const { status, body } = await askAlone(url as string, '{ hello }');
      statuses.push(status);
      if (status === 200) expect(body).toEqual({ data: { hello: 'hello' } });
    }
    expect(statuses).toEqual([...Array(6).fill(200), ...Array(2).fill(429)]);
    gateway.stop();
    expect(await gateway.ended).toBe(0);
    await expect(fetch(url as string)).rejects.toThrow();
    await gateway.until('gateway.stopped', 2);
  });

  it('serves from its first process when GATEWAY_WORKERS is left out', async () => {
    await using gateway = await startSystemGateway({});
    const { url } = await gateway.started('gateway.started');
    expect(await askAlone(url as string, '{ hello }')).toMatchObject({ status: 200 });
    gateway.stop();
    expect(await gateway.ended).toBe(0);
    expect(gateway.lines.join('\n')).not.toContain('gateway.workers.started');
  });

  it('serves the web app at /, and says what the app may offer here', async () => {
    await using folder = await createFolder();
    await writeFile(join(folder.path, 'index.html'), '<title>The app</title>');
    await using gateway = await startSystemGateway({ WEB_DIRECTORY: folder.path });
    const { url } = await gateway.started('gateway.started');
    const page = await fetch(new URL('/projects/1', url as string), { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([200, '<title>The app</title>']);
    const deployment = await fetch(new URL('/deployment.json', url as string));
    expect(await deployment.json()).toEqual({ demo: false, embedded: [], graphiql: false });
  });

  it('serves the graph alone where the web app has not been built', async () => {
    await using folder = await createFolder();
    await using gateway = await startSystemGateway({ WEB_DIRECTORY: folder.path });
    const { url } = await gateway.started('gateway.started');
    expect((await fetch(new URL('/projects/1', url as string), { headers: { accept: 'text/html' } })).status).toBe(404);
    expect(await askAlone(url as string, '{ hello }')).toMatchObject({ status: 200 });
  });

  it('ends when its first worker cannot start, and says why once', async () => {
    const missing = join(root, 'no-such-router.yaml');
    await using gateway = await startSystemGateway({ GATEWAY_WORKERS: '2', ROUTER_CONFIG_FILE: missing });
    expect(await gateway.ended).toBe(1);
    expect(gateway.lines.filter((line) => line.includes(`${missing} cannot be read`))).toHaveLength(1);
  });

  it.each(['0', '257', 'two', '1.5'])('refuses GATEWAY_WORKERS=%s', async (workers) => {
    await using gateway = await startSystemGateway({ GATEWAY_WORKERS: workers });
    expect(await gateway.ended).toBe(1);
    expect(gateway.lines.join('\n')).toContain('GATEWAY_WORKERS');
  });
});
