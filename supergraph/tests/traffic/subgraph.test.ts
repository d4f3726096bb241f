import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { believeHeaders } from '../edge/edge.fixture.ts';
import { ask, sayHello, startGreeterGraph, startUpstream } from './traffic.fixture.ts';

const long = 'x'.repeat(5_000);
const decoders = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync };

describe('the time a subgraph has', () => {
  it('ends with a coded error, and the request is cancelled at the subgraph', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using graph = await startGreeterGraph(upstream.url, 'traffic_shaping: { all: { timeout: 1s } }');
    const answer = graph.query('{ hello }');
    const { response } = await upstream.request(0);
    await once(response, 'close');
    expect(await answer).toMatchObject({
      data: { hello: null },
      errors: [{ path: ['hello'], extensions: { code: 'GATEWAY_TIMEOUT', service: 'greeter' } }],
    });
  });

  it('is that of the subgraph where it has one of its own', async () => {
    await using upstream = await startUpstream(() => undefined);
    const config = 'traffic_shaping: { all: { timeout: 60s }, subgraphs: { greeter: { timeout: 50ms } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const { errors } = await graph.query('{ hello }');
    expect(errors?.[0]?.extensions).toMatchObject({ reason: 'no answer within 50 ms' });
  });
});

describe('the time an operation has', () => {
  it('ends with 504, and the request is cancelled at the subgraph', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using graph = await startGreeterGraph(upstream.url, 'traffic_shaping: { router: { timeout: 1s } }');
    const { answered } = ask(graph.url, '{ hello }');
    const { response } = await upstream.request(0);
    await once(response, 'close');
    const answer = await answered;
    expect(answer.status).toBe(504);
    expect(answer.body).toMatchObject({ errors: [{ extensions: { code: 'GATEWAY_TIMEOUT' } }] });
  });

  it('is nothing to an operation that is fast enough', async () => {
    await using upstream = await startUpstream((one) => sayHello(one));
    await using graph = await startGreeterGraph(upstream.url, 'traffic_shaping: { router: { timeout: 20s } }');
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
  });
});

describe('a client that goes away', () => {
  it('cancels its request at the subgraph', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using graph = await startGreeterGraph(upstream.url, '');
    for (const query of ['{ hello }', 'mutation { change }']) {
      const { cancel } = ask(graph.url, query);
      const { response } = await upstream.request(upstream.received.length);
      cancel();
      await once(response, 'close');
    }
  });

  it('leaves an answer that others wait for to them; the last one cancels it', async () => {
    await using upstream = await startUpstream(() => undefined);
    await using graph = await startGreeterGraph(upstream.url, '');
    const both = [ask(graph.url, '{ hello }'), ask(graph.url, '{ hello }')];
    const first = await upstream.request(0);
    // A third operation that has come and gone shows that the second has come too.
    const other = ask(graph.url, '{ again: hello }');
    (await upstream.request(1)).response.end('{"data":{"again":"hi"}}');
    await other.answered;
    both[0]!.cancel();
    await both[0]!.answered.catch(() => undefined);
    expect(first.response.destroyed).toBe(false);
    const closed = once(first.response, 'close');
    both[1]!.cancel();
    await closed;
    expect(upstream.received).toHaveLength(2);
    const next = ask(graph.url, '{ hello }');
    sayHello(await upstream.request(2));
    expect((await next.answered).body).toEqual({ data: { hello: 'hi' } });
  });
});

describe('identical operations in flight', () => {
  type Headers = Record<string, string>;

  /** Sends an operation twice at once, and sees whether so many requests reach the subgraph. */
  async function expectRequests(expected: number, config: string, query: string, one: Headers, two: Headers) {
    await using upstream = await startUpstream(() => undefined);
    await using graph = await startGreeterGraph(upstream.url, config, { hooks: believeHeaders });
    const asked = [ask(graph.url, query, one), ask(graph.url, query, two)];
    await upstream.request(expected - 1);
    const later = ask(graph.url, '{ later: hello }');
    expect((await upstream.request(expected)).body.toString()).toContain('later');
    for (const received of upstream.received) sayHello(received);
    const answers = await Promise.all(asked.map(async ({ answered }) => (await answered).body.errors));
    expect(answers).toEqual([undefined, undefined]);
    later.cancel();
  }

  it('of one identity are asked once', async () => {
    await expectRequests(1, '', '{ hello }', { 'x-test-user': 'ann' }, { 'x-test-user': 'ann' });
  });
  it('of two identities are asked for each', async () => {
    await expectRequests(2, '', '{ hello }', { 'x-test-user': 'ann' }, { 'x-test-user': 'bob' });
  });
  it('with other headers for the subgraph are asked for each', async () => {
    const config = 'headers: { all: { request: [{ propagate: { named: accept-language } }] } }';
    await expectRequests(2, config, '{ hello }', { 'accept-language': 'de' }, { 'accept-language': 'fr' });
    await expectRequests(1, config, '{ hello }', { 'accept-language': 'de' }, { 'accept-language': 'de' });
  });
  it('are asked for each where it is switched off', async () => {
    await expectRequests(2, 'traffic_shaping: { all: { deduplicate_query: false } }', '{ hello }', {}, {});
  });
  it('are asked for each when they change something', async () => {
    await expectRequests(2, '', 'mutation { change }', {}, {});
  });
});

describe('compression', () => {
  it.each(Object.keys(decoders) as (keyof typeof decoders)[])('%s of requests, and of answers', async (coding) => {
    await using upstream = await startUpstream(({ response }) => {
      response.setHeader('content-encoding', coding);
      response.end(encoders[coding](JSON.stringify({ data: { mirror: long } })));
    });
    await using graph = await startGreeterGraph(upstream.url, `traffic_shaping: { all: { compression: ${coding} } }`);
    const query = 'query($text: String) { mirror(text: $text) }';
    expect(await graph.query(query, { text: long })).toEqual({ data: { mirror: long } });
    const { request, body } = await upstream.request(0);
    expect(request.headers).toMatchObject({ 'content-encoding': coding, 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(JSON.parse(decoders[coding](body).toString()).variables).toEqual({ text: long });
    await graph.query('{ mirror(text: "a") }');
    expect((await upstream.request(1)).request.headers).not.toHaveProperty('content-encoding');
  });

  it('does not get an answer past the size limit', async () => {
    await using upstream = await startUpstream(({ response }) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify({ data: { hello: 'x'.repeat(100_000) } })));
    });
    const config = 'limits: { subgraph: { all: { http_max_response_size: 10kb } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const { errors } = await graph.query('{ hello }');
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'SUBREQUEST_HTTP_ERROR',
      reason: 'an answer over 10000 bytes',
    });
  });

  it('that is broken or unknown is an error', async () => {
    await using upstream = await startUpstream(({ response }, index) => {
      response.setHeader('content-encoding', index === 0 ? 'gzip' : 'rot13');
      response.end('not compressed');
    });
    await using graph = await startGreeterGraph(upstream.url, '');
    const reasons = [await graph.query('{ hello }'), await graph.query('{ hello }')].map(
      ({ errors }) => errors?.[0]?.extensions?.reason,
    );
    expect(reasons).toEqual(['Z_DATA_ERROR', "an answer in the unknown content coding 'rot13'"]);
  });
});

describe('how much a subgraph is asked', () => {
  it('stays within the rate limit', async () => {
    await using upstream = await startUpstream((one) => sayHello(one));
    const config = 'traffic_shaping: { all: { global_rate_limit: { capacity: 2, interval: 1h } } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const codes = [];
    for (let n = 0; n < 3; n++) codes.push((await graph.query('{ hello }')).errors?.[0]?.extensions?.code);
    expect(codes).toEqual([undefined, undefined, 'REQUEST_RATE_LIMITED']);
    expect(upstream.received).toHaveLength(2);
  });

  it('stays within the concurrency limit: others wait, within their own time and in bounded number', async () => {
    await using upstream = await startUpstream(() => undefined);
    const config = 'traffic_shaping: { all: { concurrency_limit: 1, timeout: 20s, deduplicate_query: false } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const asked = Array.from({ length: 12 }, () => ask(graph.url, '{ hello }'));
    // One runs and ten wait; the twelfth is refused.
    const refused = await Promise.race(asked.map(({ answered }) => answered));
    expect(refused.body).toMatchObject({
      errors: [{ extensions: { code: 'REQUEST_CONCURRENCY_LIMITED', service: 'greeter' } }],
    });
    for (let n = 0; n < 11; n++) {
      const one = await upstream.request(n);
      expect(upstream.received).toHaveLength(n + 1);
      sayHello(one);
    }
    const answers = await Promise.all(asked.map(async ({ answered }) => (await answered).body));
    expect(answers.filter((answer) => answer !== refused.body)).toEqual(Array(11).fill({ data: { hello: 'hi' } }));
  });

  it('counts nobody who has gone while waiting', async () => {
    await using upstream = await startUpstream(() => undefined);
    const config = 'traffic_shaping: { all: { concurrency_limit: 1, timeout: 20s, deduplicate_query: false } }';
    await using graph = await startGreeterGraph(upstream.url, config);
    const first = ask(graph.url, '{ hello }');
    await upstream.request(0);
    const waiting = Array.from({ length: 10 }, () => ask(graph.url, '{ hello }'));
    const refused = ask(graph.url, '{ hello }');
    expect((await refused.answered).body.errors?.[0]?.extensions?.code).toBe('REQUEST_CONCURRENCY_LIMITED');
    for (const { cancel } of waiting) cancel();
    sayHello(await upstream.request(0));
    await first.answered;
    const last = ask(graph.url, 'mutation { change }');
    sayHello(await upstream.request(1));
    expect((await last.answered).body).toEqual({ data: { change: 'done' } });
  });
});

describe('idle connections', () => {
  it('are let go of after the time configured', async () => {
    await using upstream = await startUpstream((one) => sayHello(one));
    await using graph = await startGreeterGraph(upstream.url, 'traffic_shaping: { all: { pool_idle_timeout: 50ms } }');
    await graph.query('{ hello }');
    const [socket] = upstream.sockets;
    if (socket) await once(socket, 'close');
    expect(upstream.sockets.size).toBe(0);
  });
});

describe('names of hosts', () => {
  it.each([
    ['ipv4_only', 'hi'],
    ['ipv4_then_ipv6', 'hi'],
    ['ipv6_then_ipv4', undefined],
    ['ipv4_and_ipv6', 'hi'],
  ])('are resolved by %s', async (strategy, hello) => {
    await using upstream = await startUpstream((one) => sayHello(one));
    const url = `http://localhost:${upstream.port}/graphql`;
    const config = `traffic_shaping: { all: { dns_resolution_strategy: ${strategy} } }`;
    await using graph = await startGreeterGraph(url, config);
    const { data, errors } = await graph.query('{ hello }');
    // Where localhost has no IPv6 address, the second family is asked.
    if (hello === undefined && data?.hello === 'hi') return;
    expect(data).toEqual({ hello: hello ?? null });
    if (hello === undefined) expect(errors?.[0]?.extensions?.reason).toMatch(/ECONNREFUSED|EADDRNOTAVAIL/);
  });
});

describe('a Unix socket', () => {
  it('is reached by its path, and asked by the path in the URL', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'socket-'));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const path = join(folder, 'greeter.sock');
    await using upstream = await startUpstream((one) => sayHello(one), { path });
    await using graph = await startGreeterGraph(`unix://${path}?path=/api`, '');
    expect(await graph.query('{ hello }')).toEqual({ data: { hello: 'hi' } });
    expect((await upstream.request(0)).request.url).toBe('/api');
  });
});
