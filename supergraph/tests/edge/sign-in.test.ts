import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLog } from '@vibecode/platform/log';
import { createClient } from 'graphql-ws';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { WebSocket } from 'ws';
import type { GraphQLResult } from '../../src/request/message.ts';
import { FEDERATION, type ResolverContext, type TestSubgraph } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });

function sign(name: string, scope = 'read', key = privateKey): Promise<string> {
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
    .setSubject(name)
    .setExpirationTime('5m')
    .sign(key);
}

/** As the subgraph sees it: by the token that came, and nothing else. */
function viewerOf({ headers }: ResolverContext): string {
  const [, payload = ''] = headers.authorization?.split('.') ?? [];
  return payload ? JSON.parse(Buffer.from(payload, 'base64url').toString()).sub : 'nobody';
}

/** The viewer's own data, refused to everybody else. */
const own = (value: string) => (user: { id: string }, _: unknown, context: ResolverContext) => {
  if (viewerOf(context) !== user.id) throw new Error(`${viewerOf(context)} may not see ${value} of ${user.id}`);
  return `${value} of ${user.id}`;
};

const reference = { __resolveReference: (user: object) => user };

const auth: TestSubgraph = {
  name: 'auth',
  sdl: `${FEDERATION} type Query { hello: String session: String }
    type Mutation { login(name: String!, scope: String): Payload! logout: Boolean! strict: String @authenticated }
    type Payload { token: String! user: User session: String @authenticated deep: Deep wallet: Wallet }
    type Wallet @key(fields: "no") { no: ID @requiresScopes(scopes: [["admin"]]) }
    type Deep { secret: String! @requiresScopes(scopes: [["admin"]]) open: String }
    type User @key(fields: "id", resolvable: false) { id: ID! }`,
  resolvers: {
    Query: {
      hello: async (_: unknown, __: unknown, { response }: ResolverContext) => {
        response.setHeader('x-viewer-token', await sign('mallory'));
        return 'hello';
      },
    },
    Mutation: {
      async login(_: unknown, { name, scope }: { name: string; scope?: string }, { response }: ResolverContext) {
        if (name === 'wrong') throw new Error('Wrong password.');
        const token =
          name === 'forged'
            ? await sign('ann', 'read', (await generateKeyPair('EdDSA')).privateKey)
            : await sign(name, scope);
        response.setHeader('x-viewer-token', token);
        response.setHeader('set-cookie', [`session=${token}; Path=/; HttpOnly`, `refresh=of-${name}; Path=/`]);
        return {
          token,
          user: { id: name },
          session: `session of ${name}`,
          deep: { secret: 'secret', open: 'open' },
          wallet: { no: name },
        };
      },
      logout(_: unknown, __: unknown, context: ResolverContext) {
        if (viewerOf(context) === 'nobody') throw new Error('Nobody is signed in.');
        context.response.setHeader('x-viewer-token', '');
        context.response.setHeader('set-cookie', 'session=; Max-Age=0; Path=/');
        return true;
      },
    },
  },
};

const users: TestSubgraph = {
  name: 'users',
  sdl: `${FEDERATION} type Query { whoami: String user(id: ID!): User } type Mutation { whoami: String! steal: String }
    type User @key(fields: "id") { id: ID! email: String phone: String @authenticated role: String @requiresScopes(scopes: [["admin"]]) }`,
  resolvers: {
    Query: { user: (_: unknown, user: object) => user },
    Mutation: {
      whoami: (_: unknown, __: unknown, context: ResolverContext) => viewerOf(context),
      async steal(_: unknown, __: unknown, { response }: ResolverContext) {
        response.setHeader('x-viewer-token', await sign('ann'));
        return 'stolen';
      },
    },
    User: { ...reference, email: own('email'), phone: own('phone'), role: own('role') },
  },
};

const billing: TestSubgraph = {
  name: 'billing',
  sdl: `${FEDERATION} type User @key(fields: "id") { id: ID! quota: Quota } type Quota @authenticated { left: String }
    type Wallet @key(fields: "no") { no: ID @requiresScopes(scopes: [["admin"]]) coins: String }`,
  resolvers: {
    User: { ...reference, quota: (user: object) => user },
    Quota: { left: own('quota') },
    Wallet: { ...reference, coins: () => 'coins' },
  },
};

const SIGN_IN = 'sign_in: { subgraphs: [auth] }';

async function start({ signIn = SIGN_IN, more = '', log = [] as string[] } = {}) {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  starting.defer(() => rm(folder, { recursive: true }));
  const keys = join(folder, 'jwks.json');
  await writeFile(keys, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }] }));
  const config = `authentication: { router: { jwt: { jwks: [{ url: "${pathToFileURL(keys)}" }] }, cookie: { name: session }, ${signIn} } }
include_subgraph_errors: { all: true }
traffic_shaping: { all: { deduplicate_query: true } }
${more}`;
  const graph = starting.use(
    await startEdgeGraph(config, [auth, users, billing], {
      log: createLog({ service: 'gateway', level: 'info', destination: { write: (line) => log.push(line) } }),
    }),
  );
  const owned = starting.move();
  return { ...graph, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const messages = ({ errors = [] }: GraphQLResult) => errors.map(({ message }) => message);
const OWN = 'user { email phone quota { left } }';
const ownOf = (name: string) => ({
  email: `email of ${name}`,
  phone: `phone of ${name}`,
  quota: { left: `quota of ${name}` },
});

describe('a mutation that signs in', () => {
  it('answers with the new viewer’s own data, of every subgraph', async () => {
    await using graph = await start();
    expect(await graph.query(`mutation { login(name: "ann") { ${OWN} session } }`)).toEqual({
      data: { login: { user: ownOf('ann'), session: 'session of ann' } },
    });
  });

  it('answers what the viewer could not have asked for before, and what is all that was asked', async () => {
    await using graph = await start();
    expect(await graph.query('mutation { login(name: "ann") { user { phone } } }')).toEqual({
      data: { login: { user: { phone: 'phone of ann' } } },
    });
    expect(await graph.query('mutation { login(name: "ann") { session } }')).toEqual({
      data: { login: { session: 'session of ann' } },
    });
    expect(
      await graph.query('mutation { login(name: "ann", scope: "admin") { deep { secret open } user { role } } }'),
    ).toEqual({ data: { login: { deep: { secret: 'secret', open: 'open' }, user: { role: 'role of ann' } } } });
  });

  it('still refuses what the new viewer may not ask for', async () => {
    await using graph = await start();
    const result = await graph.query('mutation { a: login(name: "ann") { deep { secret open } user { role phone } } }');
    expect(result.data).toEqual({ a: { deep: null, user: { role: null, phone: 'phone of ann' } } });
    expect(result.errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code])).toEqual([
      ['a.deep.secret', 'UNAUTHORIZED_FIELD_OR_TYPE'],
      ['a.user.role', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ]);
  });

  it('shows no key that the new viewer may not see, though the plan needs it', async () => {
    await using graph = await start();
    const query = (scope: string) =>
      `mutation { x: login(name: "ann", scope: "${scope}") { wallet { no coins } } whoami }`;
    const { data, errors } = await graph.query(query('read'));
    expect(data).toEqual({ x: { wallet: { no: null, coins: 'coins' } }, whoami: 'ann' });
    expect(errors?.map(({ path }) => path)).toEqual([['x', 'wallet', 'no']]);
    expect(await graph.query(query('admin'))).toEqual({
      data: { x: { wallet: { no: 'ann', coins: 'coins' } }, whoami: 'ann' },
    });
  });

  it('runs what is before it as the old viewer, and what is after it as the new one', async () => {
    await using graph = await start();
    const query = `mutation {
      before: whoami ann: login(name: "ann") { ${OWN} } between: whoami bob: login(name: "bob") { ${OWN} } after: whoami
      logout gone: whoami ...F } fragment F on Mutation { strict }`;
    const { data, errors } = await graph.query(query);
    expect(data).toEqual({
      before: 'nobody',
      ann: { user: ownOf('ann') },
      between: 'ann',
      bob: { user: ownOf('bob') },
      after: 'bob',
      logout: true,
      gone: 'nobody',
      strict: null,
    });
    expect(errors?.map(({ path }) => path)).toEqual([['strict']]);
    const inOrder = await graph.query('mutation { strict login(name: "ann") { token } again: strict whoami }');
    expect(inOrder.errors?.map(({ path }) => path)).toEqual([['strict']]);
    expect(inOrder.data).toMatchObject({ strict: null, again: null, whoami: 'ann' });
  });

  it('signs nobody in when it fails', async () => {
    await using graph = await start();
    const failed = await graph.query(`mutation { whoami login(name: "wrong") { ${OWN} } }`);
    expect([failed.data, messages(failed)]).toEqual([
      null,
      ['Wrong password.', ...Array(2).fill('Unauthorized field or type')],
    ]);
  });

  it('takes no token that does not verify', async () => {
    const log: string[] = [];
    await using graph = await start({ log });
    const { data } = await graph.query('mutation { login(name: "forged") { user { id phone } } whoami }');
    expect(data).toEqual({ login: { user: { id: 'forged', phone: null } }, whoami: 'nobody' });
    expect(log.filter((line) => line.includes('gateway.sign-in.refused'))).toHaveLength(1);
  });

  it('believes the named subgraphs only, and mutations only', async () => {
    await using graph = await start();
    expect(await graph.query('mutation { steal whoami }')).toEqual({ data: { steal: 'stolen', whoami: 'nobody' } });
    const query = await graph.query('{ hello user(id: "mallory") { email } }');
    expect(messages(query)).toEqual(['nobody may not see email of mallory']);
    await using off = await start({ signIn: '' });
    expect((await off.query('mutation { login(name: "ann") { token } whoami }')).data).toMatchObject({
      whoami: 'nobody',
    });
  });

  it('puts the new viewer in the place of the one who came with a token, in headers that go on too', async () => {
    await using graph = await start({
      more: 'headers: { all: { request: [{ propagate: { named: authorization } }, { propagate: { named: x-api-key } }] } }',
    });
    const headers = { authorization: `Bearer ${await sign('ann')}` };
    const { data } = await graph.query(
      `mutation { before: whoami login(name: "bob") { ${OWN} } after: whoami }`,
      {},
      headers,
    );
    expect(data).toEqual({ before: 'ann', login: { user: ownOf('bob') }, after: 'bob' });
  });

  it('shows nobody what another viewer fetches at the same time', async () => {
    await using graph = await start();
    // The entity is the same for all, and so is the text of the fetch.
    const login = (name: string) => graph.query(`mutation { login(name: "${name}") { user { email } } }`);
    const look = (id: string) => graph.query(`{ user(id: "${id}") { email } }`);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => [login('ann'), look('ann'), login('bob'), look('bob')]).flat(),
    );
    for (const [index, answer] of answers.entries()) {
      const name = index % 4 < 2 ? 'ann' : 'bob';
      if (index % 2 === 0) expect(answer).toEqual({ data: { login: { user: { email: `email of ${name}` } } } });
      else expect(messages(answer)).toEqual([`nobody may not see email of ${name}`]);
    }
  });

  it('goes on with the cookies that it set, and gives the client all of them but not the header', async () => {
    await using graph = await start({
      more: `headers:
  all: { response: [{ propagate: { matching: "^x-.*" } }] }
  subgraphs: { auth: { request: [{ propagate: { named: cookie } }], response: [{ propagate: { named: set-cookie } }, { propagate: { named: x-viewer-token } }] } }`,
    });
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: 'theme=dark; refresh=old' },
      body: JSON.stringify({ query: 'mutation { login(name: "ann") { token } logout whoami }' }),
    });
    const { data } = (await response.json()) as { data: { login: { token: string } } };
    const { token } = data.login;
    expect(data).toMatchObject({ logout: true, whoami: 'nobody' });
    const cookies = graph.requests.filter(({ subgraph }) => subgraph === 'auth').map(({ headers }) => headers.cookie);
    expect(cookies).toEqual(['theme=dark; refresh=old', `theme=dark; refresh=of-ann; session=${token}`]);
    expect(response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])).toEqual([
      `session=${token}`,
      'refresh=of-ann',
      'session=',
    ]);
    expect(response.headers.get('x-viewer-token')).toBeNull();
  });

  it('counts once, on whoever sent it', async () => {
    await using graph = await start({ more: 'rate_limit: { capacity: 2, interval: 60s }' });
    const query = `mutation { login(name: "ann") { ${OWN} } whoami }`;
    expect((await graph.query(query)).errors).toBeUndefined();
    expect((await graph.query(query)).errors).toBeUndefined();
    expect((await graph.query(query)).errors?.[0]?.extensions?.code).toBe('RATE_LIMITED');
    const headers = { authorization: `Bearer ${await sign('ann')}` };
    expect(await graph.query('mutation { whoami }', {}, headers)).toEqual({ data: { whoami: 'ann' } });
  });

  it('answers in one piece where it is deferred', async () => {
    await using graph = await start();
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed;deferSpec=20220824, application/json' },
      body: JSON.stringify({ query: `mutation { login(name: "ann") { ... @defer { ${OWN} } } }` }),
    });
    expect(await response.text()).toContain(JSON.stringify({ data: { login: { user: ownOf('ann') } } }));
  });

  it('leaves the other operations of a WebSocket as they were', async () => {
    await using graph = await start();
    const client = createClient({ url: graph.url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false });
    const ask = async (query: string) => (await client.iterate({ query }).next()).value;
    expect(await ask(`mutation { login(name: "ann") { ${OWN} } whoami }`)).toEqual({
      data: { login: { user: ownOf('ann') }, whoami: 'ann' },
    });
    expect(await ask('mutation { whoami }')).toEqual({ data: { whoami: 'nobody' } });
    await client.dispose();
  });
});
