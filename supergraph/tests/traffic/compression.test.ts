import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { chooseCoding } from '../../src/transport/http.compression.ts';
import { startTestGraph } from '../support/test.graph.ts';
import { greeter, sayHello, startGreeterGraph, startUpstream } from './traffic.fixture.ts';

describe('the coding of an answer', () => {
  it.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['GZIP ; q=1.0', 'gzip'],
    ['*', 'zstd'],
    ['*, zstd;q=0', 'br'],
    ['gzip;q=0.2, identity;q=0.5', null],
    ['gzip;q=0', null],
    ['identity', null],
    ['deflate', null],
    ['', null],
    ['gzip;q=nonsense', null],
  ])('for %j is %s', (accepted, coding) => {
    expect(chooseCoding(accepted)).toBe(coding);
  });
});

const long = 'a long answer '.repeat(1_000);
const decoders = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

/** An answer as it comes over the wire. */
async function get(url: string, headers: Record<string, string>) {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end('{"query":"{ hello }"}');
  const response = await new Promise<import('node:http').IncomingMessage>((resolve) => sent.once('response', resolve));
  return { headers: response.headers, body: await buffer(response) };
}

describe('answers to clients', () => {
  it.each(Object.entries(decoders))('are compressed by %s', async (coding, decode) => {
    await using upstream = await startUpstream((one) => sayHello(one, long));
    await using graph = await startGreeterGraph(
      upstream.url,
      'cors: { policies: [{ origins: [https://app.example] }] }',
    );
    const { headers, body } = await get(graph.url, { 'accept-encoding': coding, origin: 'https://app.example' });
    expect(headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(body.length),
      vary: 'origin, accept-encoding',
    });
    expect(JSON.parse(decode(body).toString())).toEqual({ data: { hello: long } });
  });

  it('go as they are to who accepts nothing else, when they are small, and where it is switched off', async () => {
    await using upstream = await startUpstream((one, index) => sayHello(one, index === 1 ? 'short' : long));
    await using graph = await startGreeterGraph(upstream.url, '');
    const gzip = { 'accept-encoding': 'gzip' };
    const plain = await get(graph.url, {});
    expect(plain.headers.vary).toBe('origin, accept-encoding');
    const small = await get(graph.url, gzip);
    await using off = await startGreeterGraph(
      upstream.url,
      'traffic_shaping: { router: { compression: { enabled: false } } }',
    );
    for (const { headers, body } of [plain, small, await get(off.url, gzip)]) {
      expect(headers).not.toHaveProperty('content-encoding');
      expect(JSON.parse(body.toString())).toHaveProperty('data.hello');
    }
  });

  it('are compressed without a configuration too', async () => {
    const resolvers = { Query: { hello: () => long } };
    await using graph = await startTestGraph([{ ...greeter, resolvers }]);
    const { headers } = await get(graph.url, { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
  });

  it('are not when they are streams: each part leaves at once', async () => {
    await using upstream = await startUpstream((one) => sayHello(one, long));
    await using graph = await startGreeterGraph(upstream.url, '');
    const { headers, body } = await get(graph.url, { accept: 'text/event-stream', 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-type': expect.stringContaining('text/event-stream') });
    expect(headers).not.toHaveProperty('content-encoding');
    expect(body.toString()).toContain(long);
  });
});
