import type { TestDatabase } from '@vibecode/platform/testing/database';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { startTestAuth } from './start.auth.ts';

type TestAuth = Awaited<ReturnType<typeof startTestAuth>>;

const PAYLOAD = '{ accessToken accessTokenExpiresAt refreshToken user { id } }';
const REGISTER = `mutation($input: RegisterInput!) { register(input: $input) ${PAYLOAD} }`;
const LOGIN = `mutation($input: LoginInput!) { login(input: $input) ${PAYLOAD} }`;
const REFRESH = `mutation($token: String) { refresh(refreshToken: $token) ${PAYLOAD} }`;
const SESSIONS = '{ sessions { id current createdAt lastSeenAt userAgent ip } }';
const CREATE_KEY = `mutation($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { secret apiKey { id name prefix scopes tokenBudget createdAt expiresAt lastUsedAt } } }`;

interface Payload {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

/** What the running service promises to clients and to other services, whichever PostgreSQL it stands on. */
export function describeAuth(name: string, startDatabase: () => Promise<TestDatabase>): void {
  describe(name, () => {
    let database: TestDatabase;
    let auth: TestAuth;
    beforeAll(async () => {
      database = await startDatabase();
      auth = await startTestAuth({ databaseUrl: database.url });
    });
    afterAll(async () => {
      await auth?.[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    });

    const password = 'correct horse battery';
    async function signUp() {
      const email = `${crypto.randomUUID()}@example.com`;
      const input = { email, password, displayName: 'Ann' };
      const { register } = await auth.must<{ register: Payload }>(REGISTER, { input });
      return { email, ...register };
    }
    const codeOf = (answer: { errors?: readonly { extensions: { code: string } }[] }) =>
      answer.errors?.[0]?.extensions.code;

    it('registers through the user service, which is told who calls for whom', async () => {
      const { email, user, accessToken } = await signUp();
      expect(auth.users.at(-1)).toEqual({ id: user.id, email, displayName: 'Ann', actor: 'auth', sub: user.id });
      expect(decodeJwt(accessToken)).toMatchObject({ iss: 'vibecode', aud: 'vibecode', sub: user.id, role: 'USER' });
      const again = await auth.query(REGISTER, { input: { email: email.toUpperCase(), password, displayName: 'Eve' } });
      expect(codeOf(again)).toBe('AUTH_EMAIL_TAKEN');
    });

    it('tells the other services of a registration, once', async () => {
      const told: { userId: string }[] = [];
      const { promise: heardBoth, resolve } = Promise.withResolvers<void>();
      await using _ = await auth.infrastructure.bus.subscribe('notification', ['user.registered'], async ({ data }) => {
        told.push(data as { userId: string });
        if (new Set(told.map(({ userId }) => userId)).size >= 2) resolve();
      });
      const { email, user } = await signUp();
      await signUp();
      await heardBoth;
      expect(told.filter(({ userId }) => userId === user.id)).toEqual([{ userId: user.id, email, displayName: 'Ann' }]);
    });

    it('logs in, refreshes, and logs out', async () => {
      const { email } = await signUp();
      const { login: first } = await auth.must<{ login: Payload }>(LOGIN, { input: { email, password } });
      const { refresh: second } = await auth.must<{ refresh: Payload }>(REFRESH, { token: first.refreshToken });
      expect(second.user).toEqual(first.user);
      expect((await auth.query('mutation { logout }', {}, second.accessToken)).data).toEqual({ logout: true });
      expect(codeOf(await auth.query(SESSIONS, {}, second.accessToken))).toBe('UNAUTHENTICATED');
      expect(codeOf(await auth.query(REFRESH, { token: second.refreshToken }))).toBe('AUTH_REFRESH_INVALID');
      expect(codeOf(await auth.query(REFRESH))).toBe('AUTH_REFRESH_INVALID');
    });

    it('tells the gateway whom a mutation signed in, and that it signed the viewer out', async () => {
      const send = async (query: string, variables: object, token = '') => {
        const response = await fetch(`${auth.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
          body: JSON.stringify({ query, variables }),
        });
        const { data } = (await response.json()) as { data: Record<string, { accessToken: string }> };
        return { data, told: response.headers.get('x-viewer-token') };
      };
      const input = {
        email: `${crypto.randomUUID()}@example.com`,
        password: 'Correct-horse-battery',
        displayName: 'Eve',
      };
      const fields = '{ accessToken }';
      const registered = await send(`mutation($input: RegisterInput!) { register(input: $input) ${fields} }`, {
        input,
      });
      expect(registered.told).toBe(registered.data.register?.accessToken);
      const { email, password } = input;
      const { data, told } = await send(`mutation($input: LoginInput!) { login(input: $input) ${fields} }`, {
        input: { email, password },
      });
      expect(told).toBe(data.login?.accessToken);
      expect(await send('{ sessions { id } }', {}, data.login?.accessToken)).toMatchObject({ told: null });
      expect(await send('mutation { logout }', {}, data.login?.accessToken)).toEqual({
        data: { logout: true },
        told: '',
      });
      const wrong = await send(`mutation($input: LoginInput!) { login(input: $input) ${fields} }`, {
        input: { email, password: 'another password' },
      });
      expect(wrong).toEqual({ data: null, told: null });
    });

    it('keeps the session of a browser in cookies that no script reads', async () => {
      const { email } = await signUp();
      const send = (query: string, variables: unknown, cookie = '', token = '') =>
        auth.post<{ data: Record<string, Payload>; errors?: { extensions: { code: string } }[] }>(
          '/graphql',
          { query, variables },
          { cookie, ...(token && { authorization: `Bearer ${token}` }) },
        );
      const { body, cookies } = await send(LOGIN, { input: { email, password } });
      expect(cookies).toEqual([
        expect.stringMatching(/^vibecode_session=eyJ[^;]+; Max-Age=[1-9]\d*; Path=\/; HttpOnly; SameSite=Strict$/),
        expect.stringMatching(/^vibecode_refresh=vcr_[^;]+; Max-Age=[1-9]\d*; Path=\/; HttpOnly; SameSite=Strict$/),
      ]);
      expect(cookies[1]).toContain(body.data.login?.refreshToken);
      const sent = `theme=dark; ${cookies.map((cookie) => cookie.split(';')[0]).join('; ')}`;
      const refreshed = await send(REFRESH, {}, sent);
      expect(refreshed.body.data.refresh?.refreshToken).not.toBe(body.data.login?.refreshToken);
      expect(refreshed.cookies[1]).toContain(refreshed.body.data.refresh?.refreshToken);
      const ended = await send('mutation { logout }', {}, '', refreshed.body.data.refresh?.accessToken);
      expect(ended.cookies).toEqual([
        'vibecode_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
        'vibecode_refresh=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
      ]);
      expect(codeOf((await send(REFRESH, {}, sent)).body)).toBe('AUTH_REFRESH_INVALID');
    });

    it('shows where one is signed in, and ends a session there', async () => {
      const { email, accessToken } = await signUp();
      const headers = { 'user-agent': 'phone', 'x-forwarded-for': '203.0.113.9, 192.0.2.7' };
      const { login } = await auth.must<{ login: Payload }>(LOGIN, { input: { email, password } }, undefined, headers);
      const phone = login.accessToken;
      type Listed = { sessions: { id: string; current: boolean }[] };
      const { sessions } = await auth.must<Listed>(SESSIONS, {}, accessToken);
      expect(sessions).toHaveLength(2);
      const other = sessions.find(({ current }) => !current);
      expect(other).toMatchObject({ userAgent: 'phone', ip: '192.0.2.7', current: false });
      const revoke = 'mutation($id: ID!) { revokeSession(id: $id) }';
      expect((await auth.query(revoke, { id: other?.id }, accessToken)).data).toEqual({ revokeSession: true });
      expect(codeOf(await auth.query(SESSIONS, {}, phone))).toBe('UNAUTHENTICATED');
      expect(codeOf(await auth.query(revoke, { id: other?.id }, (await signUp()).accessToken))).toBe('NOT_FOUND');
    });

    it('changes the password', async () => {
      const { email, accessToken } = await signUp();
      const change = `mutation($input: ChangePasswordInput!) { changePassword(input: $input) ${PAYLOAD} }`;
      const input = { currentPassword: password, newPassword: 'battery horse correct' };
      const { changePassword } = await auth.must<{ changePassword: Payload }>(change, { input }, accessToken);
      expect(codeOf(await auth.query(SESSIONS, {}, accessToken))).toBe('UNAUTHENTICATED');
      expect(await auth.must(SESSIONS, {}, changePassword.accessToken)).toMatchObject({
        sessions: [{ current: true }],
      });
      expect(codeOf(await auth.query(LOGIN, { input: { email, password } }))).toBe('AUTH_INVALID_CREDENTIALS');
    });

    it('makes API keys that the gateway exchanges, and that cannot touch the account', async () => {
      const { accessToken } = await signUp();
      const input = { name: 'ci', scopes: ['project:read'], tokenBudget: 500, expiresAt: '2999-01-01T00:00:00.000Z' };
      type Created = { createApiKey: { secret: string; apiKey: { id: string; prefix: string } } };
      const { createApiKey: created } = await auth.must<Created>(CREATE_KEY, { input }, accessToken);
      expect(created.apiKey).toMatchObject({ ...input, prefix: created.secret.slice(0, 12), lastUsedAt: null });
      const gateway = `Basic ${btoa(`gateway:${auth.infrastructure.serviceSecret}`)}`;
      const exchange = () =>
        auth.post('/internal/api-keys/exchange', { secret: created.secret }, { authorization: gateway });
      const { body } = await exchange();
      expect(codeOf(await auth.query(SESSIONS, {}, body.token))).toBe('FORBIDDEN');
      const listed = (await auth.query('{ apiKeys { id lastUsedAt } }', {}, accessToken)).data?.apiKeys;
      expect(listed).toEqual([{ id: created.apiKey.id, lastUsedAt: expect.any(String) }]);
      const revoke = 'mutation($id: ID!) { revokeApiKey(id: $id) }';
      expect((await auth.query(revoke, { id: created.apiKey.id }, accessToken)).data).toEqual({ revokeApiKey: true });
      expect((await exchange()).body.error).toMatchObject({
        code: 'AUTH_API_KEY_INVALID',
        details: { reason: 'revoked' },
      });
      const status = '($token: String!) { validateToken(token: $token) { valid reason userId expiresAt scopes } }';
      const { data } = await auth.query(`query${status}`, { token: body.token }, accessToken);
      expect(data?.validateToken).toMatchObject({ valid: false, reason: 'revoked' });
    });

    it('publishes the keys its tokens are signed with, and no private part', async () => {
      const { accessToken } = await signUp();
      const response = await fetch(`${auth.url}/.well-known/jwks.json`);
      const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
      expect(keys).toEqual([
        {
          kty: 'OKP',
          crv: 'Ed25519',
          x: expect.any(String),
          kid: decodeProtectedHeader(accessToken).kid,
          alg: 'EdDSA',
          use: 'sig',
        },
      ]);
    });

    it('lets services act for users that exist, with the shared secret only', async () => {
      const { user } = await signUp();
      const ask = (credential: string, body: unknown) =>
        auth.post('/internal/tokens', body, { authorization: `Basic ${btoa(credential)}` });
      const secret = auth.infrastructure.serviceSecret;
      const { body } = await ask(`project:${secret}`, { userId: user.id, audience: 'billing' });
      expect(decodeJwt(body.token)).toMatchObject({ sub: user.id, aud: 'billing', act: { sub: 'project' } });
      expect(await auth.infrastructure.verifier.verify(body.token, 'billing')).toMatchObject({ actor: 'project' });
      await expect(auth.infrastructure.verifier.verify(body.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      for (const credential of ['project:wrong', `stranger:${secret}`, '', `project:${secret}x`])
        expect((await ask(credential, { userId: user.id, audience: 'billing' })).status).toBe(401);
      const nobody = { userId: crypto.randomUUID(), audience: 'billing' };
      expect((await ask(`project:${secret}`, nobody)).body.error.code).toBe('NOT_FOUND');
      for (const bad of [{}, { userId: 'x', audience: 'billing' }, { userId: user.id, audience: 'x' }, 'not json'])
        expect((await ask(`project:${secret}`, bad)).status).toBe(400);
    });

    describe('refuses bad input with a code', () => {
      const long = 'x'.repeat(10_000);
      const good = { email: 'ann@example.com', password, displayName: 'Ann' };
      it.each([
        ['a bad address', REGISTER, { input: { ...good, email: 'ann' } }, 'input.email'],
        ['a long address', REGISTER, { input: { ...good, email: `${long}@example.com` } }, 'input.email'],
        ['a short password', REGISTER, { input: { ...good, password: 'short' } }, 'input.password'],
        ['a long password', REGISTER, { input: { ...good, password: long } }, 'input.password'],
        ['an empty name', REGISTER, { input: { ...good, displayName: ' ' } }, 'input.displayName'],
        ['a long password to check', LOGIN, { input: { email: good.email, password: long } }, 'input.password'],
        ['a long refresh token', REFRESH, { token: long }, 'refreshToken'],
      ])('%s', async (_, query, variables, field) => {
        const { errors } = await auth.query(query, variables);
        expect(errors?.[0]?.extensions).toMatchObject({ code: expect.stringMatching(/INPUT/), field });
      });

      it.each([
        ['an unknown scope', CREATE_KEY, { input: { name: 'ci', scopes: ['root'] } }, 'input.scopes.0'],
        ['no scope', CREATE_KEY, { input: { name: 'ci', scopes: [] } }, 'input.scopes'],
        [
          'a past expiry',
          CREATE_KEY,
          { input: { name: 'ci', scopes: ['usage:read'], expiresAt: '2001-01-01T00:00:00Z' } },
          'input.expiresAt',
        ],
        ['a session id that is none', 'mutation($id: ID!) { revokeSession(id: $id) }', { id: '../x' }, 'id'],
        ['a key id that is none', 'mutation($id: ID!) { revokeApiKey(id: $id) }', { id: "' or 1=1" }, 'id'],
      ])('%s', async (_, query, variables, field) => {
        const { errors } = await auth.query(query, variables, (await signUp()).accessToken);
        expect(errors?.[0]?.extensions).toMatchObject({ code: expect.stringMatching(/INPUT/), field });
      });

      it('missing or wrongly typed fields', async () => {
        for (const input of [{}, { email: 1, password: true, displayName: [] }, null, 'text'])
          expect(codeOf(await auth.query(REGISTER, { input }))).toMatch(/^(BAD_USER_INPUT|INVALID_INPUT)$/);
      });

      it.each([
        '{ sessions { id } }',
        '{ apiKeys { id } }',
        'mutation { logout }',
        '{ validateToken(token: "x") { valid } }',
      ])('nobody signed in: %s', async (query) => {
        expect(codeOf(await auth.query(query))).toBe('UNAUTHENTICATED');
      });
    });
  });
}
