import { createEvent } from '@vibecode/platform/events/event';
import { newId } from '@vibecode/platform/id';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startNotification } from '../src/main.ts';
import { completed } from './notification.contract.ts';

const INBOX = `query($r: [_Any!]!, $first: Int, $after: String, $unreadOnly: Boolean) { _entities(representations: $r) { ... on User {
  unreadNotificationCount notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
    totalCount nodes { id topic title readAt generation { id } } pageInfo { hasNextPage endCursor } } } } }`;

interface Inbox {
  unreadNotificationCount: number | null;
  notifications: {
    totalCount: number;
    nodes: { id: string; topic: string; title: string; readAt: string | null; generation: { id: string } | null }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  } | null;
}

describe('notification subgraph', () => {
  let test: SubgraphTest;
  beforeAll(async () => {
    test = await startSubgraphTest('notification', startNotification);
  });
  afterAll(() => test[Symbol.asyncDispose]());

  async function readInbox(userId: string, token?: string, variables: Record<string, unknown> = {}): Promise<Inbox> {
    const answer = await test.query(INBOX, { r: [{ __typename: 'User', id: userId }], ...variables }, token);
    expect(answer.errors).toBeUndefined();
    return (answer.data as { _entities: Inbox[] })._entities[0]!;
  }

  async function signUp() {
    const userId = newId();
    return { userId, token: await test.sign({ userId, scope: 'notification:read account' }) };
  }

  it('tells of what happens, the newest first, and of each event once', async () => {
    const { userId, token } = await signUp();
    const generation = completed(userId);
    const quota = createEvent('user.quota.exceeded', {
      source: 'billing',
      subject: userId,
      key: userId,
      data: {
        userId,
        limitTokens: 500_000,
        usedTokens: 499_000,
        heldTokens: 500,
        requestedTokens: 1500,
        periodEnd: '2026-12-24T12:00:00Z',
      },
    });
    const registered = createEvent('user.registered', {
      source: 'auth',
      subject: userId,
      key: userId,
      data: { userId, email: 'ann@example.com', displayName: 'Ann' },
    });
    await test.infrastructure.bus.publish([registered, generation, quota, generation]);
    const { unreadNotificationCount, notifications } = await readInbox(userId, token);
    expect(unreadNotificationCount).toBe(3);
    expect(notifications?.nodes.map(({ id: _, ...rest }) => rest)).toEqual([
      { topic: 'user.quota.exceeded', title: 'Token limit reached', readAt: null, generation: null },
      {
        topic: 'generation.complete',
        title: 'Generation complete',
        readAt: null,
        generation: { id: generation.subject },
      },
      { topic: 'user.registered', title: 'Welcome, Ann', readAt: null, generation: null },
    ]);
  });

  it('shows an inbox to its user and admins alone, by pages', async () => {
    const { userId, token } = await signUp();
    await test.infrastructure.bus.publish(Array.from({ length: 5 }, () => completed(userId)));
    const first = await readInbox(userId, token, { first: 3 });
    expect(first.notifications).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
    const second = await readInbox(userId, token, { first: 3, after: first.notifications?.pageInfo.endCursor });
    expect(second.notifications).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: false } });
    const ids = [...first.notifications!.nodes, ...second.notifications!.nodes].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(ids).toHaveLength(5);
    const hidden = { unreadNotificationCount: null, notifications: null };
    expect(await readInbox(userId, await test.sign({ userId: newId() }))).toEqual(hidden);
    expect(await readInbox(userId)).toEqual(hidden);
    const admin = await test.sign({ userId: newId(), role: 'ADMIN', scope: 'notification:read' });
    expect(await readInbox(userId, admin)).toMatchObject({ unreadNotificationCount: 5 });
  });

  it("marks the viewer's own as read, once", async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    await test.infrastructure.bus.publish([completed(ann.userId), completed(ann.userId)]);
    const ids = (await readInbox(ann.userId, ann.token)).notifications!.nodes.map(({ id }) => id);
    const markRead = 'mutation($ids: [ID!]!) { markRead(ids: $ids) }';
    expect(await test.query(markRead, { ids }, bob.token)).toEqual({ data: { markRead: 0 } });
    expect(await test.query(markRead, { ids: [ids[0]] }, ann.token)).toEqual({ data: { markRead: 1 } });
    expect(await test.query(markRead, { ids }, ann.token)).toEqual({ data: { markRead: 1 } });
    await test.infrastructure.bus.publish([completed(ann.userId)]);
    const unread = await readInbox(ann.userId, ann.token, { unreadOnly: true });
    expect(unread).toMatchObject({ unreadNotificationCount: 1, notifications: { totalCount: 1 } });
  });

  it('delivers by subscription what was missed and what comes, to each user their own', async () => {
    const [ann, bob] = [await signUp(), await signUp()];
    await test.infrastructure.bus.publish([completed(ann.userId), completed(ann.userId), completed(bob.userId)]);
    const [, oldest] = (await readInbox(ann.userId, ann.token)).notifications!.nodes;
    const received = test.subscribe(
      'subscription($after: ID) { notificationReceived(after: $after) { id generation { id } } }',
      { after: oldest!.id },
      ann.token,
    );
    const missed = (await received.next()).value;
    const next = received.next();
    const live = completed(ann.userId);
    await test.infrastructure.bus.publish([completed(bob.userId), live]);
    expect((await next).value).toMatchObject({ data: { notificationReceived: { generation: { id: live.subject } } } });
    const [, newest] = (await readInbox(ann.userId, ann.token)).notifications!.nodes;
    expect(missed).toMatchObject({ data: { notificationReceived: { id: newest!.id } } });
    await received.return?.();
  });

  it('honours preferences', async () => {
    const { userId, token } = await signUp();
    const preferences = {
      data: {
        preferences: [
          { topic: 'user.registered', channel: 'INBOX', enabled: true },
          { topic: 'generation.complete', channel: 'INBOX', enabled: true },
          { topic: 'user.quota.exceeded', channel: 'INBOX', enabled: true },
          { topic: 'execution.complete', channel: 'INBOX', enabled: false },
        ],
      },
    };
    expect(await test.query('{ preferences { topic channel enabled } }', {}, token)).toEqual(preferences);
    const set = 'mutation($input: [PreferenceInput!]!) { setPreferences(input: $input) { topic enabled } }';
    const input = [
      { topic: 'generation.complete', channel: 'INBOX', enabled: true },
      { topic: 'generation.complete', channel: 'INBOX', enabled: false },
      { topic: 'execution.complete', channel: 'INBOX', enabled: true },
    ];
    expect(await test.query(set, { input }, token)).toMatchObject({
      data: { setPreferences: [{ enabled: true }, { enabled: false }, { enabled: true }, { enabled: true }] },
    });
    const run = createEvent('execution.complete', {
      source: 'code-executor',
      subject: newId(),
      key: userId,
      data: {
        executionId: newId(),
        userId,
        projectId: null,
        version: null,
        runtime: 'node',
        sandbox: 'wasm',
        outcome: 'FAILED',
        exitCode: 2,
        durationMs: 90,
      },
    });
    await test.infrastructure.bus.publish([completed(userId), run]);
    expect((await readInbox(userId, token)).notifications?.nodes).toMatchObject([{ topic: 'execution.complete' }]);
    await test.query(set, { input: [{ topic: 'generation.complete', channel: 'INBOX', enabled: true }] }, token);
    await test.infrastructure.bus.publish([completed(userId)]);
    expect((await readInbox(userId, token)).notifications?.totalCount).toBe(2);
  });

  it.each([
    ['mutation { markRead(ids: ["x"]) }', 'INVALID_INPUT', { field: 'ids.0' }],
    ['mutation { setPreferences(input: []) { topic } }', 'INVALID_INPUT', { field: 'input' }],
    [
      'mutation { setPreferences(input: [{ topic: "x", channel: INBOX, enabled: true }]) { topic } }',
      'INVALID_INPUT',
      { field: 'input.0.topic' },
    ],
    [
      'mutation { setPreferences(input: [{ topic: "generation.complete", channel: EMAIL, enabled: true }]) { topic } }',
      'NOTIFICATION_CHANNEL_UNAVAILABLE',
      { channels: ['INBOX'] },
    ],
  ])('refuses %s', async (mutation, code, facts) => {
    const { token } = await signUp();
    expect(await test.query(mutation, {}, token)).toMatchObject({ errors: [{ extensions: { code, ...facts } }] });
    expect(await test.query(mutation)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const key = await test.sign({ userId: newId(), scope: 'notification:read' });
    expect(await test.query(mutation, {}, key)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('refuses pages and cursors that cannot be', async () => {
    const { userId, token } = await signUp();
    const foreignCursor = Buffer.from('["x"]').toString('base64url');
    for (const [variables, field] of [
      [{ first: 0 }, 'first'],
      [{ first: 101 }, 'first'],
      [{ after: 'x' }, 'after'],
      [{ after: foreignCursor }, 'after'],
    ] as const) {
      expect(await test.query(INBOX, { r: [{ __typename: 'User', id: userId }], ...variables }, token)).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_INPUT', field } }],
      });
    }
    const subscription = 'subscription($after: ID) { notificationReceived(after: $after) { id } }';
    const errorOf = (variables: Record<string, unknown>, token?: string) =>
      test
        .subscribe(subscription, variables, token)
        .next()
        .then(
          ({ value }) => value,
          (error: unknown) => ({ errors: error }),
        );
    expect(await errorOf({ after: 'x' }, token)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT' } }],
    });
    expect(await errorOf({})).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});
