import { eventually, signUp } from './support/client.ts';
import { startRealGraph } from './support/real-graph.ts';

describe('one service stopped', () => {
  it('blanks its own fields and nothing else, and comes back', async () => {
    await using graph = await startRealGraph({ env: { SANDBOX: 'wasm' } });
    const ann = await signUp(graph.url, 'ann');
    const query = '{ me { displayName quota { limitTokens } unreadNotificationCount projects { totalCount } } }';
    // The welcome comes by an event: what is compared below must have come to rest.
    const whole = await eventually(
      () => ann.must(query),
      ({ me }) => me.unreadNotificationCount === 1,
    );
    expect(whole.me.quota.limitTokens).toBeGreaterThan(0);

    await graph.processes.get('billing')?.[Symbol.asyncDispose]();
    const partial = await ann.ask(query);
    expect(partial.data).toEqual({ me: { ...whole.me, quota: null } });
    expect(partial.errors?.map(({ path }) => path)).toEqual([['me', 'quota']]);
    expect(await ann.must('{ me { displayName projects { totalCount } } }')).toEqual({
      me: { displayName: 'ann', projects: { totalCount: 0 } },
    });

    await graph.restart('billing');
    await eventually(
      () => ann.ask(query),
      ({ errors }) => errors === undefined,
    );
  });
});
