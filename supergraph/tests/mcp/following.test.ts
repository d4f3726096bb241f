import type { TokenVerifier } from '@vibecode/platform/identity';
import { callOf, mcpConfig, messageOf, startMcp } from './mcp.fixture.ts';

const key = { 'x-api-key': 'key', 'mcp-session-id': 's' };

/** Exchanges any API key for a token that lives for so long. */
function createKeys(lifetimeMs: number) {
  const keys = { exchanged: 0, isDown: false };
  const verifier: TokenVerifier = {
    verify: async () => undefined as never,
    onRevoked: () => () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const exchangeApiKey = async () => {
    keys.exchanged += 1;
    if (keys.isDown) throw new Error('Down.');
    // Whole seconds, as tokens have them.
    const exp = Math.ceil((Date.now() + lifetimeMs) / 1_000);
    const claims = Buffer.from(JSON.stringify({ sub: 'ada', sid: 'key', exp })).toString('base64url');
    return { token: `e30.${claims}.ok`, expiresAtMs: exp * 1_000 };
  };
  return { keys, options: { hooks: {}, verifier, exchangeApiKey } };
}

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

  it('outlives the token of its API key, which is exchanged again', async () => {
    const { keys, options } = createKeys(1_000);
    await using graph = await startMcp(mcpConfig('  max_duration: 3500ms'), options);
    const { result } = await messageOf(await graph.post(callOf('follow_forever', { id: '3' }), key));
    expect(result.structuredContent).toEqual({
      data: { forever: { at: 1, text: 'step 1' } },
      events: 1,
      complete: false,
    });
    expect(keys.exchanged).toBeGreaterThan(1);
  });

  it('ends with its token where the key can no longer be exchanged', async () => {
    const { keys, options } = createKeys(1_000);
    await using graph = await startMcp(mcpConfig('  max_duration: 20s'), options);
    const answer = graph.post(callOf('follow_forever', { id: '3' }), key).then(messageOf);
    await graph.jobs.until(() => graph.jobs.open === 1);
    keys.isDown = true;
    expect((await answer).result.structuredContent).toMatchObject({
      complete: false,
      errors: [{ extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED' } }],
    });
  });
});
