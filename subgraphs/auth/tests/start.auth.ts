import { createTokenVerifier, remoteKeys } from '@vibecode/platform/identity';
import { createServiceClient } from '@vibecode/platform/service-call';
import type { ServiceName } from '@vibecode/platform/services';
import { startSubgraph } from '@vibecode/platform/subgraph';
import { defineInternalRoute } from '@vibecode/platform/subgraph/http-route';
import { startTestInfrastructure } from '@vibecode/platform/testing/infrastructure';
import { buildSchema } from 'graphql';
import { z } from 'zod';
import { startAuth } from '../src/main.ts';

interface Answer<Data> {
  readonly data: Data | null;
  readonly errors?: readonly { message: string; extensions: { code: string; details?: Record<string, unknown> } }[];
}

/** Of a route off the graph: a token, or why there is none. */
interface RouteAnswer {
  readonly token: string;
  readonly expiresAt: string;
  readonly error: { code: string; details?: Record<string, unknown> };
}

interface CreatedUser {
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly actor: string | null;
  readonly sub: string;
}

/** Auth as it runs, verifying by its own key set, beside a service that takes users like the user service does. */
export async function startTestAuth({ databaseUrl, cost = 4 }: { databaseUrl?: string; cost?: number } = {}) {
  await using started = new AsyncDisposableStack();
  const base = started.use(
    await startTestInfrastructure('auth', {
      env: { AUTH_BCRYPT_COST: String(cost), AUTH_SIGNING_KEY_SECRET: 'a passphrase for tests' },
      ...(databaseUrl && { databaseUrl }),
    }),
  );
  const urls = new Map<ServiceName, string>();
  const services = { url: (name: ServiceName) => urls.get(name) ?? 'http://127.0.0.1:9' };
  const { cache, broadcast, serviceSecret: secret } = base;
  const verifier = started.use(await createTokenVerifier({ keys: remoteKeys(services), cache, broadcast }));
  const calls = createServiceClient({ service: 'auth', services, secret });
  const infrastructure = { ...base, services, verifier, calls };

  const users: CreatedUser[] = [];
  const userService = started.use(
    await startSubgraph({
      infrastructure: { ...infrastructure, service: 'user' },
      schema: buildSchema('type Query { ok: Boolean }'),
      context: (operation) => operation,
      routes: [
        defineInternalRoute({
          path: '/internal/users',
          callers: ['auth'],
          input: z.object({ id: z.uuid(), email: z.string(), displayName: z.string() }),
          async handle(user, { viewer }) {
            users.push({ ...user, actor: viewer.actor, sub: viewer.userId });
            return { id: user.id };
          },
        }),
      ],
    }),
  );
  urls.set('user', userService.url);
  const auth = started.use(await startAuth(infrastructure));
  urls.set('auth', auth.url);

  async function post<Body = RouteAnswer>(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${auth.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Body, cookies: response.headers.getSetCookie() };
  }

  async function query<Data = Record<string, unknown>>(
    document: string,
    variables: unknown = {},
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer<Data>> {
    const signedIn = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
    const { body } = await post<Answer<Data>>('/graphql', { query: document, variables }, signedIn);
    return body;
  }

  const stack = started.move();
  return {
    url: auth.url,
    infrastructure,
    users,
    post,
    query,
    /** The data of an operation that has to succeed. */
    async must<Data>(...operation: Parameters<typeof query>): Promise<Data> {
      const { data, errors } = await query<Data>(...operation);
      if (!data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
      return data;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
