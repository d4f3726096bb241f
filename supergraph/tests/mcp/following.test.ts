import { callOf, messageOf, startMcp } from './mcp.fixture.ts';

describe('a followed subscription', () => {
  it('that the gateway ends when it stops is not complete, and keeps its last event', async () => {
    const graph = await startMcp();
    const answer = graph.post(callOf('follow_forever', { id: '3' })).then(messageOf);
    await graph.jobs.until(() => graph.jobs.open === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await graph[Symbol.asyncDispose]();
    const { result } = await answer;
    expect(result.structuredContent).toMatchObject({ data: { forever: { at: 1, text: 'step 1' } }, complete: false });
  });
});
