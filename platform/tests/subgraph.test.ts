import { RemoteError } from '@vibecode/platform/errors';
import { REVOCATION_CHANNEL, requireViewer } from '@vibecode/platform/identity';
import { startSubgraph } from '@vibecode/platform/subgraph';
import { defineInternalRoute } from '@vibecode/platform/subgraph/http-route';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import { startTestInfrastructure } from '@vibecode/platform/testing/infrastructure';
import { buildSchema, type ExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';

interface Context extends OperationContext {
  readonly serial: number;
}

const schema = buildSchema(`
  type Query { viewer: String fails: String refuses: String }
  type Subscription { count(to: Int!): Int broken: Int quiet: Int }
`);
schema.getQueryType()!.getFields().viewer!.resolve = (_root, _args, { viewer }: Context) =>
  requireViewer(viewer).userId;
schema.getQueryType()!.getFields().fails!.resolve = () => {
  throw new Error('the password is hunter2');
};
schema.getQueryType()!.getFields().refuses!.resolve = () => {
  throw new RemoteError('TEST_REFUSED', 'Not today: come back tomorrow.', 400, { details: { retryAfterDays: 1 } });
};
const subscriptions = schema.getSubscriptionType()!.getFields();
subscriptions.count!.subscribe = async function* (_root, { to }) {
  for (let n = 1; n <= to; n++) yield n;
};
subscriptions.count!.resolve = (_event, _args, { serial }: Context) => serial;
subscriptions.broken!.subscribe = async function* () {
  yield 1;
  throw new Error('the source broke');
};
subscriptions.broken!.resolve = (event) => event;
subscriptions.quiet!.subscribe = async function* () {
  yield 0;
  await new Promise(() => undefined);
};
subscriptions.quiet!.resolve = (event) => event;

const ann = '0199d3a0-0000-7000-8000-00000000000a';
const bob = '0199d3a0-0000-7000-8000-00000000000b';

async function start() {
  const infrastructure = await startTestInfrastructure('project', { databaseUrl: 'postgres://unused' });
  let serial = 0;
  const subgraph = await startSubgraph<Context>({
    infrastructure,
    schema,
    context: (operation) => ({ ...operation, serial: serial++ }),
    routes: [
      defineInternalRoute({
        path: '/internal/double',
        callers: ['billing'],
        input: z.object({ n: z.number() }),
        handle: async ({ n }, { viewer }) => ({ n: 2 * n, for: viewer.userId }),
      }),
    ],
    ready: { database: async () => Promise.reject(new Error('is away')) },
  });
  const client = createClient({
    url: `${subgraph.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  return {
    infrastructure,
    client,
    post: async (path: string, body: unknown, token?: string) => {
      const response = await fetch(`${subgraph.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as ExecutionResult };
    },
    get: (path: string) => fetch(`${subgraph.url}${path}`),
    async collect(query: string, token?: string): Promise<ExecutionResult[]> {
      const results: ExecutionResult[] = [];
      const extensions = token ? { authorization: `Bearer ${token}` } : {};
      for await (const result of client.iterate({ query, extensions })) results.push(result as ExecutionResult);
      return results;
    },
    async [Symbol.asyncDispose]() {
      await client.dispose();
      await subgraph[Symbol.asyncDispose]();
      await infrastructure[Symbol.asyncDispose]();
    },
  };
}

describe('startSubgraph', () => {
  it('masks what was unforeseen and passes on what was meant', async () => {
    await using test = await start();
    const { body } = await test.post('/graphql', { query: '{ fails refuses }' });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body.errors).toMatchObject([
      { message: 'An unexpected error occurred in the service.', extensions: { code: 'INTERNAL_ERROR' } },
      {
        message: 'Not today: come back tomorrow.',
        extensions: { code: 'TEST_REFUSED', retryAfterDays: 1 },
      },
    ]);
  });

  it('answers bad credentials and bad bodies as GraphQL does', async () => {
    await using test = await start();
    expect(await test.post('/graphql', { query: '{ viewer }' }, 'nonsense')).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'malformed' } }] },
    });
    expect(await test.post('/graphql', '{ not json')).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] },
    });
  });

  it('opens routes between services to the callers named, with a token made for it', async () => {
    await using test = await start();
    const { sign } = test.infrastructure;
    const call = async (claims: Parameters<typeof sign>[0], body: unknown = { n: 4 }) =>
      test.post('/internal/double', body, await sign(claims));
    expect(await call({ userId: ann, audience: 'project', actor: 'billing' })).toEqual({
      status: 200,
      body: { n: 8, for: ann },
    });
    expect((await call({ userId: ann, audience: 'project', actor: 'auth' })).status).toBe(403);
    expect((await call({ userId: ann })).status).toBe(401);
    expect((await test.post('/internal/double', { n: 4 })).status).toBe(401);
    expect(await call({ userId: ann, audience: 'project', actor: 'billing' }, { n: 'x' })).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_INPUT', details: { field: 'n' } } },
    });
  });

  it('reports what is not ready', async () => {
    await using test = await start();
    expect((await test.get('/health/live')).status).toBe(200);
    const ready = await test.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'DOWN', checks: { database: 'DOWN: is away' } });
  });

  it('makes a context for each event', async () => {
    await using test = await start();
    const serials = (await test.collect('subscription { count(to: 3) }')).map(({ data }) => data?.count as number);
    expect(new Set(serials).size).toBe(3);
  });

  it('carries operations of several users on one socket, each with its own token', async () => {
    await using test = await start();
    const { sign } = test.infrastructure;
    const [asAnn, asBob, nobody, forged] = await Promise.all([
      test.collect('{ viewer }', await sign({ userId: ann })),
      test.collect('{ viewer }', await sign({ userId: bob })),
      test.collect('{ viewer }'),
      test.collect('{ viewer }', 'nonsense').catch((errors) => errors),
    ]);
    expect([asAnn, asBob]).toMatchObject([[{ data: { viewer: ann } }], [{ data: { viewer: bob } }]]);
    expect(nobody).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
    expect(forged).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('ends an operation whose source fails, and no other on that socket', async () => {
    await using test = await start();
    const quiet = test.client.iterate({ query: 'subscription { quiet }' });
    await quiet.next();
    const other = quiet.next();
    const results = await test.collect('subscription { broken }');
    expect(results).toMatchObject([{ data: { broken: 1 } }, { errors: [{ extensions: { code: 'INTERNAL_ERROR' } }] }]);
    await expect(test.collect('subscription { nothing }')).rejects.toMatchObject([
      { message: expect.stringContaining('nothing') },
    ]);
    expect(await test.collect('{ __typename }')).toEqual([{ data: { __typename: 'Query' } }]);
    expect(await Promise.race([other, Promise.resolve('still open')])).toBe('still open');
  });

  it('ends the streams of a session when it is revoked', async () => {
    await using test = await start();
    const { sign, broadcast } = test.infrastructure;
    const token = await sign({ userId: ann, sessionId: 'lost-phone' });
    const stream = test.client.iterate({
      query: 'subscription { quiet }',
      extensions: { authorization: `Bearer ${token}` },
    });
    await stream.next();
    await broadcast.publish(REVOCATION_CHANNEL, JSON.stringify({ sessionId: 'lost-phone' }));
    expect(await stream.next()).toMatchObject({
      value: { errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'revoked' } }] },
    });
    expect((await stream.next()).done).toBe(true);
  });
});
