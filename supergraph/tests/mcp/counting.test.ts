import { callOf, mcpConfig, startMcp } from './mcp.fixture.ts';

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
