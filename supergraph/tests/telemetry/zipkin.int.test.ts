import { randomBytes } from 'node:crypto';
import { FEDERATION, startTestGraph } from '../support/test.graph.ts';

function zipkinUrl(): string {
  const url = process.env.ZIPKIN_URL;
  if (!url) throw new Error('ZIPKIN_URL is missing: expected a Zipkin server that takes spans.');
  return url;
}

describe('traces in Zipkin', () => {
  it('can be read by the id that the client gave', async () => {
    const url = zipkinUrl();
    const traceId = randomBytes(16).toString('hex');
    const accounts = {
      name: 'accounts',
      sdl: `${FEDERATION} type Query { me: String }`,
      resolvers: { Query: { me: () => 'Ada' } },
    };
    const graph = await startTestGraph([accounts], { tracing: { zipkinUrl: url } });
    await graph.query('query Me { me }', {}, { traceparent: `00-${traceId}-${'ab'.repeat(8)}-01` });
    // Disposing sends what waits, and Zipkin stores it before it answers.
    await graph[Symbol.asyncDispose]();
    const response = await fetch(`${url}/api/v2/trace/${traceId}`);
    expect(response.status).toBe(200);
    const spans = (await response.json()) as { name: string; localEndpoint: { serviceName: string } }[];
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'execution',
      'fetch',
      'parse_query',
      'query_planning',
      'router',
    ]);
    expect(new Set(spans.map(({ localEndpoint }) => localEndpoint.serviceName))).toEqual(new Set(['gateway']));
  });
});
