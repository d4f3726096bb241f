import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import type { GatewayHooks } from './hooks.ts';
import { type RawResponse, sendRequest } from './subgraph.request.ts';
import type { GraphQLResult, RequestContext, SubgraphRequest } from './types.ts';

export interface SubgraphClientOptions {
  /** Subgraph name to URL. */
  readonly urls: ReadonlyMap<string, string>;
  /** Headers beside the gateway's own. */
  readonly headers?: GatewayHooks['subgraphHeaders'];
  /** Time for a whole answer. Default 30,000. */
  readonly timeoutMs?: number;
  /** Connections kept to each subgraph; requests beyond wait for a free one. Default 256. */
  readonly maxConnections?: number;
  /** Largest answer accepted. Default 64 MiB. */
  readonly responseLimitBytes?: number;
  /** Whether identical queries of one identity that are under way at once share an answer. Default true. */
  readonly deduplicate?: boolean;
  /** What single subgraphs have otherwise. */
  readonly bySubgraph?: (subgraph: string) => SubgraphSettings | undefined;
}

export type SubgraphSettings = Pick<SubgraphClientOptions, 'timeoutMs' | 'responseLimitBytes' | 'deduplicate'>;

/** Sends operations to subgraphs over HTTP. Disposing waits for what is under way. */
export interface SubgraphClient extends AsyncDisposable {
  /** Rejects only when the context's signal aborts. */
  fetch(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult>;
}

interface Endpoint {
  readonly pool: Pool;
  readonly path: string;
  readonly sharedByKey: Map<string, SharedCall>;
  readonly settings: Required<SubgraphSettings>;
}

/** One call that several requests wait for; it is cancelled when the last of them has gone. */
interface SharedCall {
  readonly response: Promise<RawResponse>;
  readonly cancel: AbortController;
  waiting: number;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, maxConnections = 256 } = options;
  const pools = new Map<string, Pool>();
  const endpoints = new Map<string, Endpoint>();

  function endpointOf(subgraph: string): Endpoint {
    let endpoint = endpoints.get(subgraph);
    if (!endpoint) {
      const url = new URL(urls.get(subgraph) ?? '');
      let pool = pools.get(url.origin);
      if (!pool) {
        pool = new Pool(url.origin, {
          connections: maxConnections,
          // Node closes idle connections after 5 s by default: let go of them before the subgraph does.
          keepAliveTimeout: 4_000,
          // Each request has a timer of its own, for the whole answer.
          headersTimeout: 0,
          bodyTimeout: 0,
        });
        pools.set(url.origin, pool);
      }
      const own = options.bySubgraph?.(subgraph);
      const settings = {
        timeoutMs: own?.timeoutMs ?? options.timeoutMs ?? 30_000,
        responseLimitBytes: own?.responseLimitBytes ?? options.responseLimitBytes ?? 64 * 1024 * 1024,
        deduplicate: own?.deduplicate ?? options.deduplicate ?? true,
      };
      endpoint = { pool, path: url.pathname + url.search, sharedByKey: new Map(), settings };
      endpoints.set(subgraph, endpoint);
    }
    return endpoint;
  }

  function headersFor(request: SubgraphRequest, context: RequestContext): Record<string, string> {
    const { identity, traceparent } = context;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: request.accept ?? 'application/graphql-response+json, application/json;q=0.9',
      'x-request-id': context.id,
    };
    if (identity) {
      headers.authorization = `Bearer ${identity.token}`;
      if (identity.subject) headers['x-authenticated-user'] = identity.subject;
    }
    if (traceparent) headers.traceparent = traceparent;
    return options.headers ? Object.assign(headers, options.headers(request, context)) : headers;
  }

  async function call(request: SubgraphRequest, context: RequestContext): Promise<RawResponse> {
    const endpoint = endpointOf(request.subgraph);
    const { pool, path, settings } = endpoint;
    const { timeoutMs, responseLimitBytes, deduplicate } = settings;
    const { query, operationName, variables } = request;
    const body = request.body ?? JSON.stringify({ query, operationName, variables });
    const headers = headersFor(request, context);
    const send = (signal: AbortSignal) =>
      sendRequest({ pool, path, headers, body, signal, timeoutMs, responseLimitBytes });
    if (!deduplicate || request.kind !== 'query') return send(context.signal);

    const key = `${context.identity?.key ?? ''}\n${options.headers ? JSON.stringify({ ...headers, 'x-request-id': '', traceparent: '' }) : ''}\n${body}`;
    let shared = endpoint.sharedByKey.get(key);
    if (!shared) {
      const cancel = new AbortController();
      const response = send(cancel.signal).finally(() => endpoint.sharedByKey.delete(key));
      shared = { response, cancel, waiting: 0 };
      endpoint.sharedByKey.set(key, shared);
    }
    return waitFor(shared, context.signal);
  }

  return {
    async fetch(request, context) {
      try {
        return toResult(await call(request, context), request);
      } catch (error) {
        context.signal.throwIfAborted();
        return failed(request.subgraph, reasonOf(error));
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function waitFor(shared: SharedCall, signal: AbortSignal): Promise<RawResponse> {
  shared.waiting += 1;
  return new Promise((resolve, reject) => {
    const leave = () => {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.cancel.abort(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    const done = () => signal.removeEventListener('abort', leave);
    shared.response.then(
      (response) => {
        done();
        resolve(response);
      },
      (error) => {
        done();
        reject(error);
      },
    );
  });
}

function toResult({ status, body }: RawResponse, { subgraph, kind }: SubgraphRequest): GraphQLResult {
  let result: unknown;
  try {
    // Each caller parses for itself: plans merge into what they get.
    result = JSON.parse(body.toString('utf8'));
  } catch {
    return failed(subgraph, `HTTP status ${status} and a body that is no JSON`, status);
  }
  if (typeof result === 'object' && result !== null && ('data' in result || 'errors' in result)) {
    const { data, errors } = result as GraphQLResult;
    if (data || (Array.isArray(errors) && errors.length)) return result as GraphQLResult;
    // A subscription that the subgraph will call back for: its events come later.
    if (kind === 'subscription' && status < 300) return { data: null };
  }
  return failed(subgraph, `HTTP status ${status} and no GraphQL answer`, status);
}

/** Codes rather than messages: those of the system name hosts and ports that are no business of clients. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message ?? error);
}

function failed(service: string, reason: string, status?: number): GraphQLResult {
  const error: GraphQLFormattedError = {
    message: `The subgraph '${service}' could not be reached or did not answer: ${reason}.`,
    extensions: { code: 'SUBREQUEST_HTTP_ERROR', service, reason, ...(status && { http: { status } }) },
  };
  return { errors: [error] };
}
