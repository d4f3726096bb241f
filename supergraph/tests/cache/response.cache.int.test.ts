import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Redis } from 'ioredis';
import { createRedisStore } from '../../src/cache/cache.store.ts';
import { createRedisClient } from '../../src/cache/redis.client.ts';
import { createSharedTexts } from '../../src/cache/redis.texts.ts';
import { parseConfig } from '../../src/config/config.parse.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import type { LoadedSupergraph } from '../../src/pipeline/supergraph.ts';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { observeLog } from '../support/source.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

const url = process.env.REDIS_URL;
if (!url) throw new Error('REDIS_URL is missing: expected a Redis server to keep answers in.');
const timeouts = { readMs: 2_000, writeMs: 2_000, removeMs: 2_000 };
const NOWHERE = 'redis://127.0.0.1:1';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION} type Query { hello(name: String): String me: User } type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: { Query: { hello: () => 'hi', me: () => ({ id: '1', name: 'Ann' }) } },
};

describe('the response cache in Redis', () => {
  it('is one for all instances, and a miss where Redis is out of reach', async () => {
    const prefix = `test-${randomUUID()}:`;
    const config = { urls: [url] };
    await using one = createRedisStore({ config, prefix, timeouts });
    await using two = createRedisStore({ config, prefix, timeouts });
    await Promise.all([one.ready, two.ready]);
    const answer = { text: '{"a":1}', storedAtMs: Date.now(), ttlMs: 30_000, labels: { type: 'Query', tags: ['x'] } };
    await one.write('key', answer, []);
    expect(await two.readMany(['other', 'key'])).toEqual([undefined, answer]);
    const { log, lines, until } = observeLog();
    await using away = createRedisStore({ config: { urls: [NOWHERE] }, prefix, timeouts, log });
    await away.ready;
    await away.write('key', answer, ['g']);
    expect(await away.readMany(['key'])).toEqual([undefined]);
    await expect(away.removeGroup('g')).rejects.toThrow();
    await until('redis.away');
    expect(lines.filter((line) => line.includes('redis.away'))).toHaveLength(1);
  });

  it('removes answers by their groups, of all instances and supergraphs', async () => {
    const groupPrefix = `test-${randomUUID()}:`;
    const open = (version: string) =>
      createRedisStore({ config: { urls: [url] }, prefix: `${groupPrefix}${version}:`, groupPrefix, timeouts });
    await using one = open('1');
    await using two = open('2');
    await Promise.all([one.ready, two.ready]);
    const answer = { text: '1', storedAtMs: Date.now(), ttlMs: 30_000 };
    const many = Array.from({ length: 1_200 }, (_, at) => `many ${at}`);
    await Promise.all(many.map((key) => one.write(key, answer, ['many', 'all'])));
    await two.write('b', answer, ['all']);
    await two.write('c', answer, ['other']);
    expect(await two.removeGroup('many')).toBe(1_200);
    expect(await two.removeGroup('many')).toBe(0);
    expect(await one.removeGroup('all')).toBe(1);
    expect(await two.readMany(['b', 'c'])).toEqual([undefined, answer]);
  });

  it('signs in with what is given beside the URL', async () => {
    const user = `test-${randomUUID()}`;
    const admin = createRedisStore({ config: { urls: [url] }, prefix: 'x:', timeouts });
    await admin.ready;
    using root = createRedisClient({ config: { urls: [url] }, timeoutMs: 2_000, purpose: 'test' });
    await root.ready;
    await root.commands.call('ACL', 'SETUSER', user, 'on', '>se:cr@t', `~${user}*`, '+@all');
    try {
      const open = (password: string, log = observeLog()) => ({
        log,
        texts: createSharedTexts(
          parseConfig(
            `apq: { router: { cache: { redis: { urls: ["${url}"], username: "${user}", password: "${password}", namespace: "${user}" } } } }`,
            'a.yaml',
          ).config.apq.router.cache.redis!,
          'persisted queries',
          log.log,
        ),
      });
      const right = open('se:cr@t');
      using texts = right.texts;
      await texts.ready;
      await texts.write('k', 'v');
      expect(await texts.read('k')).toBe('v');
      const wrong = open('wr:ong@secret');
      using refused = wrong.texts;
      const line = await wrong.log.until('redis.away');
      expect(line).toContain('persisted queries continues without it');
      expect(line).not.toContain('wr:ong@secret');
      expect(await refused.read('k')).toBeNull();
    } finally {
      await root.commands.call('ACL', 'DELUSER', user);
      await admin[Symbol.asyncDispose]();
    }
  });
});

describe('Redis over TLS', () => {
  const read = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

  it('is believed by the authority that the configuration names, and by no other', async () => {
    const target = new URL(url);
    const server = createTlsServer({ cert: read('first.cert.pem'), key: read('first.key.pem') }, (socket) => {
      const redis = connect(Number(target.port), target.hostname);
      socket.pipe(redis).pipe(socket);
      for (const end of [socket, redis]) end.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const urls = [`rediss://localhost:${(server.address() as AddressInfo).port}`];
    try {
      const tls = { certificate_authorities: read('first.cert.pem') };
      using client = createRedisClient({ config: { urls, tls }, timeoutMs: 2_000, purpose: 'test' });
      await client.ready;
      expect(await client.commands.ping()).toBe('PONG');
      const { log, until } = observeLog();
      using other = createRedisClient({ config: { urls }, timeoutMs: 2_000, purpose: 'test', log });
      await other.ready;
      expect(await until('redis.away')).toMatch(/certificate|SELF_SIGNED|UNABLE_TO/i);
    } finally {
      server.close();
    }
  });
});

describe('persisted queries and plans in Redis', () => {
  const redisAt = (at: string, namespace: string) => `{ urls: ["${at}"], namespace: "${namespace}", timeout: 2s }`;

  async function post(to: string, body: unknown) {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(to, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  }

  it('are known to every instance', async () => {
    const namespace = `test-${randomUUID()}`;
    const query = '{ hello me { name ... @skip(if: false) { id } } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const config = `apq: { router: { cache: { redis: ${redisAt(url, `${namespace}:apq`)} } } }
supergraph: { query_planning: { cache: { redis: ${redisAt(url, `${namespace}:plan`)} } } }
`;
    await using one = await startEdgeGraph(config, [greeter]);
    const data = { hello: 'hi', me: { name: 'Ann', id: '1' } };
    expect(await post(one.url, { extensions })).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
    expect(await post(one.url, { query, extensions })).toEqual({ data });
    // The same supergraph on another instance.
    let planned = 0;
    const supergraph = one.gateway.core.supergraph;
    const { log } = observeLog();
    await using two = await startGateway({ supergraph: { sdl: supergraph.sdl }, config: one.configFile, port: 0, log });
    const watched = two.core.supergraph as { planWithRequirements: LoadedSupergraph['planWithRequirements'] };
    const plan = watched.planWithRequirements;
    watched.planWithRequirements = (...args) => {
      planned += 1;
      return plan(...args);
    };
    // Both write without being waited for: the plan is there once its key is.
    const client = new Redis(url);
    try {
      while ((await client.keys(`${namespace}:plan:*`)).length === 0) await new Promise(setImmediate);
    } finally {
      client.disconnect();
    }
    expect(await post(`${two.url}/graphql`, { extensions })).toEqual({ data });
    expect(planned).toBe(0);
    expect(await post(`${two.url}/graphql`, { query: '{ hello }' })).toEqual({ data: { hello: 'hi' } });
    expect(planned).toBe(1);
  });

  it('go on without Redis, and say so once', async () => {
    const { log, lines, until } = observeLog();
    const config = `apq: { router: { cache: { redis: ${redisAt(NOWHERE, 'a')} } } }
supergraph: { query_planning: { cache: { redis: ${redisAt(NOWHERE, 'b')} } } }
`;
    await using graph = await startEdgeGraph(config, [greeter], { log });
    for (const name of ['a', 'b', 'c']) {
      expect(await post(graph.url, { query: `query ${name} { hello }` })).toEqual({ data: { hello: 'hi' } });
    }
    await until('redis.away', 2);
    const said = lines.filter((line) => line.includes('redis.away')).map((line) => JSON.parse(line).purpose as string);
    expect(said.sort()).toEqual(['persisted queries', 'query plans']);
  });
});
