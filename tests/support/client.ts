import { randomUUID } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: tests name the fields that they asked for
  readonly data?: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: (string | number)[];
    readonly extensions?: { readonly code?: string };
  }[];
}

/** A signed-in person at the gateway. */
export interface Person {
  readonly id: string;
  readonly token: string;
  ask(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** As `ask`; an answer with errors fails the test. */
  must(query: string, variables?: Record<string, unknown>): Promise<NonNullable<Answer['data']>>;
  watch(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Answer>;
  /** The same person at another address. */
  at(url: string): Person;
}

export async function ask(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
  token?: string,
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  });
  return (await response.json()) as Answer;
}

export async function signUp(url: string, displayName: string): Promise<Person> {
  const email = `${displayName}-${randomUUID()}@example.com`;
  const { data, errors } = await ask(
    url,
    'mutation($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }',
    { input: { email, password: `Correct-horse-${randomUUID()}`, displayName } },
  );
  if (errors) throw new Error(`register: ${JSON.stringify(errors)}`);
  return toPerson(url, data.register.user.id, data.register.accessToken);
}

function toPerson(url: string, id: string, token: string): Person {
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  return {
    id,
    token,
    ask: (query, variables) => ask(url, query, variables, token),
    async must(query, variables) {
      const { data, errors } = await ask(url, query, variables, token);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    at: (other) => toPerson(other, id, token),
    watch: (query, variables) =>
      client.iterate({ query, ...(variables ? { variables } : {}) }) as AsyncIterableIterator<Answer>,
  };
}

/** Asks again until the answer is as wanted; for what becomes true by events. */
export async function eventually<T>(
  look: () => Promise<T>,
  wanted: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > deadline) throw new Error(`Not as wanted after ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
