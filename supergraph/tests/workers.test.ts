import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Feed, feedSchema } from './subscription/feed.fixture.ts';
import { startSubgraph } from './subscription/feed.servers.ts';
import { composeFeed } from './subscription/subscription.fixture.ts';
import { askAlone, observe } from './support/gateway.process.ts';
import { ask, composeFields, createFolder, startEcho } from './support/source.fixture.ts';
import { openStream } from './support/stream.client.ts';

const root = join(import.meta.dirname, '..', '..');

interface RunningRouter extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Settles with the first line of the log (or the one of that count) that holds the text, written already or later. */
  until(text: string, count?: number): Promise<Record<string, unknown>>;
  /** Settles with the exit code. */
  readonly ended: Promise<number | null>;
}

/** The command with several workers, once all of them serve. */
async function startRouter(workers: number, supergraph: string, config: string): Promise<RunningRouter> {
  const args = ['--supergraph', supergraph, '--config', config, '--listen', '127.0.0.1:0', '--workers', `${workers}`];
  const child = spawnRouter(args);
  const { lines, until, ended } = observe(child);
  const isUp = await Promise.race([until('gateway.workers.started').then(() => true), ended.then(() => false)]);
  if (!isUp) throw new Error(lines.join('\n'));
  const { url } = await until('gateway.workers.started');
  return {
    url: url as string,
    pid: child.pid as number,
    until,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function spawnRouter(args: readonly string[]): ChildProcess {
  const node = join(root, 'node_modules', '.bin', 'node');
  return spawn(node, [join(root, 'supergraph', 'dist', 'router.js'), ...args], { env: { PATH: process.env.PATH } });
}

async function startEchoRouter(config: string) {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await createFolder());
  const echo = starting.use(await startEcho());
  const [file, configFile] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
  await writeFile(file, composeFields(echo.url, 'hello'));
  await writeFile(configFile, config);
  const router = starting.use(await startRouter(2, file, configFile));
  const owned = starting.move();
  return { router, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe('A gateway of two workers', () => {
  it('measures as one', async () => {
    await using graph = await startEchoRouter(
      'telemetry: { exporters: { metrics: { prometheus: { enabled: true, path: /metrics } } } }\n',
    );
    const { url } = graph.router;
    for (let request = 0; request < 10; request += 1) {
      expect((await askAlone(url, '{ hello }')).body).toEqual({ data: { hello: 'hello' } });
    }
    const text = await (await fetch(`${url}/metrics`)).text();
    const counted = /^apollo_router_operations_total\{[^}]*query[^}]*\} (\d+)$/m.exec(text)?.[1];
    expect(Number(counted)).toBe(10);
  });

  it('counts the requests of a client over both workers', async () => {
    await using graph = await startEchoRouter('rate_limit: { capacity: 6, interval: 600s }\n');
    const statuses: number[] = [];
    for (let request = 0; request < 10; request += 1)
      statuses.push((await askAlone(graph.router.url, '{ hello }')).status);
    expect(statuses).toEqual([...Array(6).fill(200), ...Array(4).fill(429)]);
  });

  it('goes on when a worker is killed, and starts another in its place', async () => {
    await using graph = await startEchoRouter('{}\n');
    const { router } = graph;
    const { pid } = await router.until('gateway.started');
    process.kill(pid as number, 'SIGKILL');
    const ended = await router.until('gateway.worker.ended');
    expect(ended).toMatchObject({ pid, signal: 'SIGKILL' });
    await router.until('gateway.started', 3);
    for (let request = 0; request < 4; request += 1) {
      expect((await askAlone(router.url, '{ hello }')).body).toEqual({ data: { hello: 'hello' } });
    }
  });

  it('stops as a whole, with exit code 0', async () => {
    const graph = await startEchoRouter('{}\n');
    await ask(graph.router.url, '{ hello }');
    process.kill(graph.router.pid, 'SIGTERM');
    expect(await graph.router.ended).toBe(0);
    await expect(fetch(graph.router.url)).rejects.toThrow();
    await graph[Symbol.asyncDispose]();
  });

  it('serves MCP by whichever worker has time, and cancels a call that runs at the other one', async () => {
    await using folder = await createFolder();
    const feed = new Feed();
    await using source = await startSubgraph(feedSchema(feed), { feed });
    const [file, config] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
    await writeFile(file, composeFeed(source.url, 'http://127.0.0.1:1/graphql'));
    await writeFile(join(folder.path, 'tools.graphql'), 'subscription follow { posted { seq } }\nquery look { ready }');
    await writeFile(config, 'mcp: { operations: [tools.graphql], require_authentication: false }\n');
    await using router = await startRouter(2, file, config);
    const post = (body: object) =>
      fetch(`${router.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': 'a',
          connection: 'close',
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...body }),
      });
    const follow = (id: number) =>
      post({ id, method: 'tools/call', params: { name: 'follow', arguments: {}, _meta: { progressToken: id } } });
    feed.post('first');
    const ids = [1, 2, 3, 4];
    const answers = await Promise.all(ids.map(follow));
    await feed.until(({ open }) => open > 0);
    for (const requestId of ids) {
      for (let round = 0; round < 2; round += 1)
        expect((await post({ method: 'notifications/cancelled', params: { requestId } })).status).toBe(202);
    }
    for (const answer of answers) expect(await answer.text()).toContain('CANCELLED');
    await feed.until(({ open }) => open === 0);
    for (const id of ids) expect(await (await post({ id, method: 'tools/list' })).text()).toContain('"look"');
  });

  it('keeps a stream whose fresh token came to the other worker', async () => {
    await using folder = await createFolder();
    const feed = new Feed();
    await using source = await startSubgraph(feedSchema(feed), { feed });
    await using issuer = await startIssuer();
    const [file, config] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
    await writeFile(file, composeFeed(source.url, 'http://127.0.0.1:1/graphql'));
    await writeFile(config, `authentication: { router: { jwt: { jwks: [{ url: '${issuer.url}' }] } } }\n`);
    await using router = await startRouter(2, file, config);

    const expiresAtMs = Date.now() + 8_000;
    const openUntil = async (session: string, endMs: number) =>
      openStream(
        `${router.url}/graphql`,
        { query: 'subscription { posted { seq } }' },
        { accept: 'text/event-stream', headers: { authorization: `Bearer ${await issuer.sign(session, endMs)}` } },
      );
    using stream = await openUntil('session', expiresAtMs);
    // Expires later than the stream would.
    using witness = await openUntil('other', expiresAtMs + 1_000);
    await feed.until(({ open }) => open === 2);
    const fresh = { authorization: `Bearer ${await issuer.sign('session', Date.now() + 600_000)}` };
    await askAlone(router.url, '{ __typename }', fresh);
    expect(await witness.end).toContain('SUBSCRIPTION_JWT_EXPIRED');
    feed.post('still there');
    await stream.untilSeen('"seq":1');
  });

  it('refuses what only one process can do, and says why once', async () => {
    await using folder = await createFolder();
    const [file, config] = [join(folder.path, 'supergraph.graphql'), join(folder.path, 'router.yaml')];
    await writeFile(file, composeFields('http://127.0.0.1:1', 'hello'));
    await writeFile(config, 'subscription: { mode: { callback: { public_url: "http://127.0.0.1:4000/callback" } } }\n');
    const { lines, ended } = observe(
      spawnRouter(['-s', file, '-c', config, '--listen', '127.0.0.1:0', '--workers', '2']),
    );
    expect(await ended).toBe(1);
    expect(lines.filter((line) => line.includes('callback needs one process'))).toHaveLength(1);
  });

  it.each(['0', '-1', 'two', '1.5', '1000'])('refuses --workers %s', async (workers) => {
    const { lines, ended } = observe(spawnRouter(['-s', 'none.graphql', '--workers', workers]));
    expect(await ended).toBe(1);
    expect(lines.join('\n')).toMatch(/--workers/);
  });
});

async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    sign: (sid: string, expiresAtMs: number) =>
      new SignJWT({ sid })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
        .setSubject('ann')
        .setExpirationTime(Math.floor(expiresAtMs / 1_000))
        .sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
