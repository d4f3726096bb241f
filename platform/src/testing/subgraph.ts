import type { ExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Infrastructure } from '../infrastructure.ts';
import type { ServiceName } from '../services.ts';
import type { RunningSubgraph } from '../subgraph.ts';
import { startTestInfrastructure, type TestInfrastructure, type TestInfrastructureOptions } from './infrastructure.ts';

/** A real subgraph on a free port, with clients for HTTP, WebSocket and internal routes. */
export interface SubgraphTest extends AsyncDisposable {
  readonly url: string;
  readonly infrastructure: TestInfrastructure;
  readonly sign: TestInfrastructure['sign'];
  query(query: string, variables?: Record<string, unknown>, token?: string): Promise<ExecutionResult>;
  /** Iterates over events until the subscription ends or the consumer stops. */
  subscribe(query: string, variables?: Record<string, unknown>, token?: string): AsyncIterableIterator<ExecutionResult>;
  /** Calls an internal route like another service, on behalf of a user. */
  internal(
    caller: ServiceName,
    path: string,
    body: unknown,
    userId: string,
  ): Promise<{ status: number; body: unknown }>;
}

export async function startSubgraphTest(
  service: ServiceName,
  start: (infrastructure: Infrastructure) => Promise<RunningSubgraph>,
  options: TestInfrastructureOptions = {},
): Promise<SubgraphTest> {
  await using started = new AsyncDisposableStack();
  const infrastructure = started.use(await startTestInfrastructure(service, options));
  const subgraph = started.use(await start(infrastructure));
  const url = subgraph.url;
  const resources = started.move();

  async function post(path: string, body: unknown, token?: string) {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  return {
    url,
    infrastructure,
    sign: infrastructure.sign,
    query: async (query, variables, token) =>
      (await post('/graphql', { query, variables }, token)).body as ExecutionResult,
    subscribe(query, variables, token) {
      const client: Client = resources.adopt(
        createClient({
          url: `${url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
          ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
        }),
        (opened) => opened.dispose(),
      );
      return client.iterate({ query, ...(variables ? { variables } : {}) }) as AsyncIterableIterator<ExecutionResult>;
    },
    internal: async (caller, path, body, userId) =>
      post(`/internal/${path}`, body, await infrastructure.sign({ userId, audience: service, actor: caller })),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
