import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { callOf, type McpGraph, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

const { id: _id, ...unanswered } = callOf('find_job', { id: '1' });

describe('a call that runs no operation', () => {
  it.each([
    ['for an unknown argument', callOf('find_job', { other: 1 }), {}],
    ['for missing scopes', callOf('add_job', { text: 'a' }), {}],
    ['for a missing id', unanswered, {}],
    ['for what it accepts', callOf('find_job', { id: '1' }), { accept: 'text/html' }],
    ['for its version', callOf('find_job', { id: '1' }), { 'mcp-protocol-version': '1999-01-01' }],
  ])('%s counts for the rate limit', async (_name, body, headers) => {
    const config = mcpConfig().replace('add_job: {', 'add_job: { scopes: [write],');
    await using graph = await startMcp(`${config}\nrate_limit: { capacity: 1, interval: 60s }`);
    expect((await graph.post(body, headers)).status).not.toBe(429);
    await graph.post(body, headers);
    expect((await graph.post(body, headers)).status).toBe(429);
  });
});

const OPEN = { max: '  max_calls_per_client: 1', refused: 'REQUEST_CONCURRENCY_LIMITED' };

/** Holds the one call that a client may have open. */
async function hold(graph: McpGraph, headers: Record<string, string> = {}): Promise<{ answer: Promise<Response> }> {
  const answer = graph.post(callOf('read_held'), headers);
  await graph.jobs.until(() => graph.jobs.held.length > 0);
  return { answer };
}

const codeOf = async (answer: Promise<Response>): Promise<unknown> =>
  (await messageOf(await answer)).result.structuredContent.errors?.[0].extensions.code;

describe('calls of clients without an identity', () => {
  it('count by the address that the proxy in front names', async () => {
    const proxy = 'rate_limit: { capacity: 100, interval: 60s, client_ip_header: x-forwarded-for }';
    await using graph = await startMcp(`${mcpConfig(OPEN.max)}\n${proxy}`);
    await hold(graph, { 'x-forwarded-for': '198.51.100.1' });
    const find = (address: string) =>
      codeOf(graph.post(callOf('find_job', { id: '1' }), { 'x-forwarded-for': `10.0.0.1, ${address}` }));
    expect(await find('198.51.100.2')).toBeUndefined();
    expect(await find('198.51.100.1')).toBe(OPEN.refused);
    graph.jobs.held[0]!();
  });

  it('follow as many subscriptions as one address may, by that address', async () => {
    const proxy = 'rate_limit: { capacity: 100, interval: 60s, client_ip_header: x-forwarded-for }';
    await using graph = await startMcp(`${mcpConfig()}\n${proxy}\nsubscription: { max_per_client: 1 }`);
    const startFollowing = (id: string, address: string) =>
      graph.post(callOf('follow_forever', { id }, 1, { progressToken: 1 }), { 'x-forwarded-for': address });
    void startFollowing('1', '198.51.100.1');
    await graph.jobs.until(() => graph.jobs.open === 1);
    expect(await codeOf(startFollowing('2', '198.51.100.1'))).toBe('SUBSCRIPTION_LIMIT');
    void startFollowing('3', '198.51.100.2');
    await graph.jobs.until(() => graph.jobs.open === 2);
  });

  it('count together, whatever bearer tokens they make up', async () => {
    await using graph = await startMcp(mcpConfig(OPEN.max), { hooks: {} });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    await hold(graph, bearer('a'));
    expect(await codeOf(graph.post(callOf('find_job', { id: '1' }), bearer('b')))).toBe(OPEN.refused);
    graph.jobs.held[0]!();
  });

  it('are refused where authentication is required and nothing verifies tokens', async () => {
    await using graph = await startMcp(mcpConfig().replace('  require_authentication: false\n', ''), { hooks: {} });
    const refused = await graph.post(callOf('find_job', { id: '1' }), { authorization: 'Bearer anything' });
    expect(refused.status).toBe(401);
    expect((await messageOf(refused)).error?.message).toContain('authentication.router');
    expect(await graph.log.until('mcp.authentication.missing')).toContain('require_authentication');
  });
});

describe('the limit of requests at once', () => {
  const limited = `${mcpConfig()}\ntraffic_shaping: { router: { concurrency_limit: 1 } }`;

  it('counts a call until it is answered, also as an event stream', async () => {
    await using graph = await startMcp(limited);
    const { answer } = await hold(graph);
    expect((await graph.post(callOf('find_job', { id: '1' }))).status).toBe(503);
    graph.jobs.held[0]!();
    const answered = await answer;
    expect(answered.headers.get('content-type')).toBe('text/event-stream');
    expect((await messageOf(answered)).result.structuredContent).toEqual({ data: { held: 'held' } });
  });

  it('does not count a call that follows a subscription, and no client that listens', async () => {
    await using graph = await startMcp(limited);
    const following = await graph.post(callOf('follow_forever', { id: '1' }, 1, { progressToken: 1 }));
    await following.body!.getReader().read();
    const listChanged = { tools: { onChanged: () => undefined } };
    await using _listening = await graph.connect({}, 'modern', { listChanged } as never);
    expect((await graph.post(callOf('find_job', { id: '1' }))).status).toBe(200);
  });
});

describe('a client that is gone before its message is read', () => {
  it('has no call', async () => {
    await using graph = await startMcp(mcpConfig(OPEN.max));
    // Reading it takes a while.
    const toBody = (call: object) => gzipSync(JSON.stringify(call).padEnd(1_900_000));
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-encoding': 'gzip',
    };
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const gone = request(graph.url, { method: 'POST', headers });
    gone.on('error', () => resolve()); // It hangs up itself.
    gone.end(toBody(callOf('follow_forever', { id: '1' })), () => gone.destroy(new Error('Gone.')));
    await left;
    const body = toBody(callOf('find_job', { id: '1' }));
    expect(await codeOf(fetch(graph.url, { method: 'POST', headers, body }))).toBeUndefined();
    expect(graph.jobs.open).toBe(0);
  });
});
