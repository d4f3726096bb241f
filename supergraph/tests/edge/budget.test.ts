import { UnauthenticatedError, UnavailableError } from '@vibecode/platform/errors';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import { FEDERATION, type TestSubgraph } from '../support/test.graph.ts';
import { openSocket } from '../support/websocket.client.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const accounts: TestSubgraph = {
  name: 'accounts',
  sdl: `${FEDERATION}\ntype Query { hello: String }\ntype Mutation { login(name: String): String other: String }`,
  resolvers: { Query: { hello: () => 'hi' }, Mutation: { login: () => 'token', other: () => 'done' } },
};
const CAPACITY = 10;
const limited = (more = '') => `rate_limit: { capacity: ${CAPACITY}, interval: 60s${more} }\n`;
const times = (count: number, status: number) => Array<number>(count).fill(status);

const EXPIRES_AT_S = Math.floor(Date.now() / 1_000) + 900;
/** A token that the verifier below takes, the same each time; its claims are read as they stand. */
const tokenOf = (subject: string) => {
  const claims = Buffer.from(JSON.stringify({ sub: subject, exp: EXPIRES_AT_S }));
  return `e30.${claims.toString('base64url')}.ok`;
};

/** Counts what it is asked to verify. */
function createCredentials() {
  const asked = { tokens: 0, keys: 0, isDown: false };
  const verifier: TokenVerifier = {
    async verify(token) {
      asked.tokens += 1;
      if (asked.isDown) throw new UnavailableError('AUTHENTICATION_UNAVAILABLE', 'Try again later.');
      if (!token.endsWith('.ok')) throw new UnauthenticatedError('The token is not ours.');
      return undefined as never;
    },
    onRevoked: () => () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const exchangeApiKey = async (key: string) => {
    asked.keys += 1;
    return key.startsWith('good') ? { token: tokenOf(key), expiresAtMs: Date.now() + 60_000 } : null;
  };
  const options: Partial<GatewayOptions> = { verifier, exchangeApiKey };
  return { asked, options };
}

type Headers = Record<string, string>;

async function ask(url: string, headers: Headers, body = '{"query":"{hello}"}'): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await response.clone().text();
  return response;
}

async function askOften(count: number, url: string, headersOf: (n: number) => Headers, body?: string) {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) statuses.push((await ask(url, headersOf(n), body)).status);
  return statuses;
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

describe('the budget of an address', () => {
  it('pays for tokens that do not verify, and is asked before they are verified', async () => {
    const { asked, options } = createCredentials();
    await using graph = await startEdgeGraph(limited(), [accounts], options);
    expect((await ask(graph.url, bearer(tokenOf('ann')))).status).toBe(200);
    const statuses = await askOften(30, graph.url, (n) => bearer(`bad-${n}`));
    expect(statuses).toEqual([...times(CAPACITY, 401), ...times(20, 429)]);
    expect(asked.tokens).toBe(1 + CAPACITY);
    const refused = await ask(graph.url, bearer('bad-again'));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    // A viewer who is known already has a budget of their own.
    expect((await ask(graph.url, bearer(tokenOf('ann')))).status).toBe(200);
    expect((await ask(graph.url, {})).status).toBe(429);
  });

  it('pays for keys that nobody knows, for headers of another kind and for expired tokens alike', async () => {
    const { asked, options } = createCredentials();
    await using keys = await startEdgeGraph(limited(), [accounts], options);
    expect(await askOften(30, keys.url, (n) => ({ 'x-api-key': `bad-${n}` }))).toEqual([
      ...times(CAPACITY, 401),
      ...times(20, 429),
    ]);
    expect(asked.keys).toBe(CAPACITY);
    await using basic = await startEdgeGraph(limited(), [accounts], createCredentials().options);
    expect(await askOften(12, basic.url, () => ({ authorization: 'Basic YTpi' }))).toEqual([
      ...times(CAPACITY, 401),
      429,
      429,
    ]);
  });

  it('does not pay for credentials that are right, nor for those that cannot be checked', async () => {
    const { asked, options } = createCredentials();
    await using graph = await startEdgeGraph(limited(), [accounts], options);
    expect(await askOften(30, graph.url, (n) => bearer(tokenOf(`user-${n}`)))).toEqual(times(30, 200));
    expect(await askOften(30, graph.url, (n) => ({ 'x-api-key': `good-${n}` }))).toEqual(times(30, 200));
    asked.isDown = true;
    expect(await askOften(30, graph.url, (n) => bearer(tokenOf(`other-${n}`)))).toEqual(times(30, 503));
    expect((await ask(graph.url, {})).status).toBe(200);
  });

  it.each(['{', '[1', '"text"', '{"query":7}', ''])('pays for bodies that are not requests: %s', async (body) => {
    await using graph = await startEdgeGraph(limited(), [accounts], createCredentials().options);
    expect(await askOften(12, graph.url, () => ({}), body)).toEqual([...times(CAPACITY, 400), 429, 429]);
    await using signedIn = await startEdgeGraph(limited(), [accounts], createCredentials().options);
    expect(await askOften(12, signedIn.url, () => bearer(tokenOf('ann')), body)).toEqual([
      ...times(CAPACITY, 400),
      429,
      429,
    ]);
  });

  it('pays for refused requests of anybody, where everybody must be signed in', async () => {
    await using graph = await startEdgeGraph(
      `authorization: { require_authentication: true }\n${limited()}`,
      [accounts],
      createCredentials().options,
    );
    expect(await askOften(12, graph.url, () => ({}))).toEqual([...times(CAPACITY, 401), 429, 429]);
  });

  it('pays for sign-ins whatever token comes along, and for each of several in one operation', async () => {
    const config = limited(', count_by_address: [Mutation.login]');
    const login = JSON.stringify({ query: 'mutation { login(name: "ann") }' });
    await using graph = await startEdgeGraph(config, [accounts], createCredentials().options);
    const codes: unknown[] = [];
    for (let n = 0; n < 12; n++) {
      const answer = await (await ask(graph.url, bearer(tokenOf(`user-${n}`)), login)).json();
      codes.push((answer as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code ?? 'OK');
    }
    expect(codes).toEqual([...Array(CAPACITY).fill('OK'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(graph.requests).toHaveLength(CAPACITY);
    await using several = await startEdgeGraph(config, [accounts], createCredentials().options);
    await several.query('{ hello }', {}, bearer(tokenOf('ann')));
    const many = `mutation { ${Array.from({ length: 6 }, (_, n) => `a${n}: login`).join(' ')} ...F } fragment F on Mutation { b: login c: other }`;
    expect(await several.query(many)).toMatchObject({ data: { a0: 'token', b: 'token', c: 'done' } });
    expect(await several.query(many)).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(await several.query('mutation { other }', {}, bearer(tokenOf('ann')))).toEqual({ data: { other: 'done' } });
  });

  it('is one for WebSockets and routes too', async () => {
    const { asked, options } = createCredentials();
    const config = `${limited()}routes: [{ path: /files, subgraph: accounts, rate_limit: false }]\n`;
    await using graph = await startEdgeGraph(config, [accounts], options);
    using client = await openSocket(graph.url.replace('http', 'ws'));
    client.send({ type: 'connection_init' });
    await client.next();
    const codes: unknown[] = [];
    for (let n = 0; n < CAPACITY + 2; n++) {
      const payload = { query: '{ hello }', extensions: { authorization: `Bearer bad-${n}` } };
      client.send({ id: String(n), type: 'subscribe', payload });
      const { payload: errors } = await client.next();
      codes.push((errors as { extensions: { code: string } }[])[0]?.extensions.code);
    }
    expect(codes).toEqual([...Array(CAPACITY).fill('UNAUTHENTICATED'), 'RATE_LIMITED', 'RATE_LIMITED']);
    const verified = asked.tokens;
    expect((await fetch(`${graph.gateway.url}/files/a`, { headers: bearer('bad') })).status).toBe(429);
    expect(asked.tokens).toBe(verified);
  });

  it('pays for messages that are not of the protocol', async () => {
    await using graph = await startEdgeGraph(limited(), [accounts], createCredentials().options);
    for (let n = 0; n < CAPACITY; n++) {
      using client = await openSocket(graph.url.replace('http', 'ws'));
      client.send('{');
      expect((await client.closed).code).toBe(4400);
    }
    expect((await ask(graph.url, {})).status).toBe(429);
  });
});
