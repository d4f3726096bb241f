import { type Answer, eventually, type Person, signUp } from './support/client.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from './support/embedded-graph.ts';

describe('who asks, at the gateway', () => {
  const running = new AsyncDisposableStack();
  let graph: EmbeddedGraph;
  let ann: Person;

  beforeAll(async () => {
    const data = running.use(await createDataDirectory());
    graph = running.use(await startEmbeddedGraph({ dataDir: data.path }));
    ann = await signUp(graph.url, 'ann');
  });
  afterAll(() => running.disposeAsync());

  const asKey = async (secret: string, query: string) => {
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': secret },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  };
  const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions?.code;

  it('lets an API key do what it was given, and nothing once it is revoked', async () => {
    const { createApiKey } = await ann.must(
      'mutation { createApiKey(input: { name: "ci", scopes: ["project:read"] }) { secret apiKey { id } } }',
    );
    const { secret, apiKey } = createApiKey;
    expect(await asKey(secret, '{ me { id projects { totalCount } } }')).toEqual({
      data: { me: { id: ann.id, projects: { totalCount: 0 } } },
    });
    expect(codeOf(await asKey(secret, 'mutation { createProject(input: { name: "X" }) { id } }'))).toBe('FORBIDDEN');
    expect(codeOf(await asKey('vck_unknown', '{ me { id } }'))).toBe('UNAUTHENTICATED');

    await ann.must('mutation($id: ID!) { revokeApiKey(id: $id) }', { id: apiKey.id });
    await eventually(
      () => asKey(secret, '{ me { id } }'),
      (answer) => codeOf(answer) === 'UNAUTHENTICATED',
      1_000,
    );
  });

  it('ends requests and streams within a second when the session is revoked', async () => {
    const bob = await signUp(graph.url, 'bob');
    const stream = bob.watch('subscription { notificationReceived { topic } }');
    const ended = (async () => {
      for await (const { errors } of stream) if (errors) return errors[0]?.extensions?.code;
      return 'completed';
    })().catch((errors) => errors?.[0]?.extensions?.code ?? String(errors));
    // Registering sends a welcome: once it is here, the stream stands.
    await eventually(
      () => bob.must('{ me { unreadNotificationCount } }'),
      ({ me }) => me.unreadNotificationCount > 0,
    );

    await bob.must('mutation { logout }');
    const revokedAt = performance.now();
    expect(codeOf(await bob.ask('{ me { id } }'))).toBe('UNAUTHENTICATED');
    expect(await ended).toBe('UNAUTHENTICATED');
    expect(performance.now() - revokedAt).toBeLessThan(1_000);
  });

  it('answers a login and a registration with the new viewer’s own data', async () => {
    const send = async (query: string, variables: object) => {
      const response = await fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    };
    const account = {
      email: `${crypto.randomUUID()}@example.com`,
      password: 'Correct-horse-battery',
      displayName: 'Fay',
    };
    const { email, password } = account;
    const own = 'user { email role projects { totalCount } quota { limitTokens } }';
    const viewer = { email, role: 'USER', projects: { totalCount: 0 }, quota: { limitTokens: expect.any(Number) } };
    const register = `mutation($input: RegisterInput!) { register(input: $input) { ${own} } }`;
    expect(await send(register, { input: account })).toEqual({ data: { register: { user: viewer } } });
    const login = `mutation($input: LoginInput!) {
      login(input: $input) { ${own} } createProject(input: { name: "Mine" }) { name } logout
    }`;
    expect(await send(login, { input: { email, password } })).toEqual({
      data: { login: { user: viewer }, createProject: { name: 'Mine' }, logout: true },
    });
    const after =
      'mutation($input: LoginInput!) { login(input: $input) { user { email } } logout createProject(input: { name: "X" }) { name } }';
    const refused = await send(after, { input: { email, password } });
    expect([refused.data, codeOf(refused)]).toEqual([null, 'UNAUTHENTICATED']);
  });

  it('signs a browser in by cookies, renews them, and lets it out', async () => {
    const send = async (query: string, variables: object, cookie = '') => {
      const response = await fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'browser', cookie },
        body: JSON.stringify({ query, variables }),
      });
      const set = response.headers.getSetCookie().map((line) => line.split(';')[0] as string);
      return { ...((await response.json()) as Answer), cookie: set.join('; ') };
    };
    const account = {
      email: `${crypto.randomUUID()}@example.com`,
      password: 'Correct-horse-battery',
      displayName: 'Eve',
    };
    const register = 'mutation($input: RegisterInput!) { register(input: $input) { user { id } } }';
    const { data, cookie } = await send(register, { input: account });
    const { id } = data.register.user;
    const whoAmI = '{ me { id } sessions { current userAgent ip } }';
    expect((await send(whoAmI, {}, cookie)).data).toEqual({
      me: { id },
      sessions: [{ current: true, userAgent: 'browser', ip: '127.0.0.1' }],
    });
    const refreshed = await send('mutation { refresh { user { id } } }', {}, cookie);
    expect(refreshed.data.refresh.user).toEqual({ id });
    expect((await send('mutation { logout }', {}, refreshed.cookie)).cookie).toBe(
      'vibecode_session=; vibecode_refresh=',
    );
    // A browser that kept its cookies is nobody, and may sign in again.
    expect(codeOf(await send('{ me { id } }', {}, refreshed.cookie))).toBe('UNAUTHENTICATED');
    const { displayName: _, ...credentials } = account;
    const login = 'mutation($input: LoginInput!) { login(input: $input) { user { id } } }';
    expect((await send(login, { input: credentials }, refreshed.cookie)).data.login.user).toEqual({ id });
    // A form on somebody else's page cannot use them.
    const forged = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', cookie },
      body: JSON.stringify({ query: 'mutation { logout }' }),
    });
    expect(forged.status).toBe(400);
  });

  it('shows partners their part of the graph, at a path of its own', async () => {
    const { createApiKey } = await ann.must(
      'mutation { createApiKey(input: { name: "partner", scopes: ["project:read"] }) { secret } }',
    );
    const asPartner = async (query: string, headers: Record<string, string> = { 'x-api-key': createApiKey.secret }) => {
      const response = await fetch(`${graph.url}/partner/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as Answer;
    };
    expect(await asPartner('{ me { id displayName projects { totalCount } } }')).toMatchObject({
      data: { me: { id: ann.id, projects: { totalCount: 0 } } },
    });
    for (const query of [
      '{ sessions { id } }',
      '{ me { email } }',
      '{ generationQueue { id } }',
      'mutation { logout }',
    ]) {
      expect([query, codeOf(await asPartner(query))]).toEqual([query, 'GRAPHQL_VALIDATION_FAILED']);
    }
    expect(codeOf(await asPartner('{ me { id } }', {}))).toBe('UNAUTHENTICATED');
    expect(await asPartner('{ __type(name: "User") { fields { name } } }')).toMatchObject({
      data: { __type: { fields: expect.not.arrayContaining([{ name: 'email' }]) } },
    });
  });

  it('hands out the keys that verify its tokens', async () => {
    const response = await fetch(`${graph.url}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: { kid: string }[] };
    const { kid } = JSON.parse(Buffer.from(ann.token.split('.')[0] as string, 'base64url').toString());
    expect(keys.map((key) => key.kid)).toContain(kid);
    expect((await fetch(response.url, { method: 'POST' })).status).toBe(405);
  });

  it('takes no word from outside about who asks', async () => {
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-authenticated-user': ann.id },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
    expect(codeOf((await response.json()) as Answer)).toBe('UNAUTHENTICATED');
  });
});
