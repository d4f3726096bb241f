import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { startEdgeGraph } from '../edge/edge.fixture.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';

const greeter: TestSubgraph = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String }`,
  resolvers: { Query: { hello: () => 'hi' } },
};
const BODY = Buffer.from('{"query":"{hello}"}');
const MIB = 1024 * 1024;

const post = (url: string, body: Buffer, encoding: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
    body: new Uint8Array(body),
  });

describe('a compressed body', () => {
  it.each([
    ['gzip', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['deflate', deflateSync(BODY)],
    ['br', brotliCompressSync(BODY)],
    ['zstd', zstdCompressSync(BODY)],
    ['identity', BODY],
    ['deflate, gzip', gzipSync(deflateSync(BODY))],
  ])('is understood in %s', async (encoding, body) => {
    await using graph = await startEdgeGraph('{}\n', [greeter]);
    const response = await post(graph.url, body, encoding);
    expect([response.status, await response.json()]).toEqual([200, { data: { hello: 'hi' } }]);
  });

  it('is refused with 415 in another coding, or in many', async () => {
    await using graph = await startEdgeGraph('{}\n', [greeter]);
    for (const encoding of ['compress', 'gzip, foo', 'gzip, gzip, gzip']) {
      const response = await post(graph.url, gzipSync(BODY), encoding);
      expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br, zstd']);
      expect(await response.text()).toContain(`content-encoding '${encoding}'`);
    }
  });

  it('is refused with 400 when it is not in its coding, or broken off', async () => {
    await using graph = await startEdgeGraph('{}\n', [greeter]);
    for (const body of [BODY, gzipSync(BODY).subarray(0, 20), Buffer.alloc(0)])
      expect((await post(graph.url, body, 'gzip')).status).toBe(400);
  });

  it('is refused once it is over the limit, without being inflated to its end', async () => {
    await using graph = await startEdgeGraph('limits: { router: { http_max_request_bytes: 1MiB } }\n', [greeter]);
    const zeros = Buffer.alloc(256 * MIB);
    const bombs: [string, Buffer][] = [
      ['gzip', gzipSync(zeros)],
      ['br', brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
      ['zstd', zstdCompressSync(zeros)],
      ['gzip, gzip', gzipSync(gzipSync(zeros))],
    ];
    const before = process.memoryUsage.rss();
    for (const [encoding, bomb] of bombs) {
      expect(bomb.length).toBeLessThan(MIB);
      const response = await post(graph.url, bomb, encoding);
      expect([encoding, response.status]).toEqual([encoding, 413]);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * MIB);
  });
});
