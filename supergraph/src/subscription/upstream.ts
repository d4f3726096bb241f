import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { GraphQLResult, RequestContext, SubgraphRequest, SubgraphTransport } from '../types.ts';

export interface UpstreamOptions {
  /** Subgraph name to the URL it has for HTTP; its socket is at the same path. */
  readonly urls: ReadonlyMap<string, string>;
}

/** Subscriptions to subgraphs, all of one subgraph over one socket: each operation brings its own token and trace. */
export interface Upstreams extends AsyncDisposable {
  readonly subscribe: SubgraphTransport['subscribe'];
}

const IDLE_CLOSE_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;

export function createUpstreams({ urls }: UpstreamOptions): Upstreams {
  const clients = new Map<string, Client>();

  function clientOf(subgraph: string): Client {
    let client = clients.get(subgraph);
    if (!client) {
      client = createClient({
        url: (urls.get(subgraph) ?? '').replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        lazyCloseTimeout: IDLE_CLOSE_MS,
        keepAlive: KEEP_ALIVE_MS,
      });
      clients.set(subgraph, client);
    }
    return client;
  }

  return {
    async *subscribe(request, context) {
      const events = clientOf(request.subgraph).iterate({
        query: request.query,
        ...(request.operationName ? { operationName: request.operationName } : {}),
        ...(request.variables ? { variables: request.variables } : {}),
        extensions: toExtensions(context),
      });
      // A source that is quiet answers nothing until its next event: a stop must not wait for that.
      const stop = () => void events.return?.();
      context.signal.addEventListener('abort', stop, { once: true });
      try {
        if (context.signal.aborted) return;
        for await (const event of events) yield event as GraphQLResult;
      } catch (error) {
        if (!context.signal.aborted) yield toRefusal(error, request);
      } finally {
        context.signal.removeEventListener('abort', stop);
        stop();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client.dispose()));
    },
  };
}

function toExtensions({ identity, traceparent }: RequestContext): Record<string, unknown> {
  return {
    ...(identity ? { authorization: `Bearer ${identity.token}` } : {}),
    ...(traceparent ? { traceparent } : {}),
  };
}

/** What the subgraph said, where it said something; else that the connection failed. */
function toRefusal(error: unknown, { subgraph }: SubgraphRequest): GraphQLResult {
  if (Array.isArray(error)) return { errors: error };
  const reason = error instanceof Error ? error.message : String((error as { reason?: string })?.reason ?? error);
  return {
    errors: [
      {
        message: `The subscription to '${subgraph}' broke off: ${reason}.`,
        extensions: { code: 'SUBREQUEST_WS_ERROR', service: subgraph },
      },
    ],
  };
}
