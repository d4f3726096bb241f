import { AppError } from '@vibecode/platform/errors';
import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../request/context.ts';
import { type GatewayFault, withOrigin } from '../request/error.origin.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import { traceHeadersOf } from '../request/observer.ts';
import type { RequestStages } from '../request/stages.ts';
import { type SubgraphCallCode, SubgraphCallError, toCallError } from './call.error.ts';
import { withCircuitBreaker } from './circuit.breaker.ts';
import type { UpstreamConnectOptions } from './client.tls.ts';
import { withConcurrencyLimit } from './concurrency.limit.ts';
import { createStaticDirectory, type InstanceDirectory } from './instance.directory.ts';
import { InstanceSet } from './instance.set.ts';
import { withRateLimit } from './rate.limit.ts';
import { withCompression } from './request.compression.ts';
import { withRetry } from './retry.ts';
import type { Send } from './send.ts';
import { type RawResponse } from './send.ts';
import { SharedCalls } from './shared.calls.ts';
import { toStagedCall, withoutOneRequest } from './staged.call.ts';
import { sendRequest } from './subgraph.request.ts';
import { defaultTraffic, type SubgraphTraffic } from './subgraph.traffic.ts';

export interface SubgraphClientOptions {
  /** Subgraph name to URL. */
  readonly urls: ReadonlyMap<string, string>;
  /** Where the instances of subgraphs are; disposed of with the client. Default: one each, at its URL. */
  readonly directory?: InstanceDirectory;
  /** Headers beside the gateway's own. */
  readonly headers?: GatewayHooks['subgraphHeaders'];
  readonly takeHeaders?: GatewayHooks['takeSubgraphHeaders'];
  /** Where a coprocessor takes part. */
  readonly stages?: RequestStages | undefined;
  /** How a subgraph is treated. Default: `defaultTraffic` for each. */
  readonly trafficOf?: (subgraph: string) => SubgraphTraffic;
}

/** Sends operations to subgraphs over HTTP. Disposing waits for what is under way. */
export interface SubgraphClient extends AsyncDisposable {
  /** Rejects only when the context's signal aborts. */
  fetch(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult>;
  /** URLs of a subgraph's healthy instances; of all when none is. */
  urlsOf(subgraph: string): readonly string[];
  /** What a WebSocket to one of these URLs needs beside it. */
  connectOptionsOf(subgraph: string, url: string): UpstreamConnectOptions;
}

interface Endpoint {
  readonly instances: InstanceSet;
  readonly traffic: SubgraphTraffic;
  readonly send: Send;
  /** Null when each request is sent for itself. */
  readonly shared: SharedCalls | null;
}

/** URLs that a coprocessor has sent requests to, whose connections are kept. */
const MAX_FOREIGN_URLS = 64;

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, directory = createStaticDirectory(urls), trafficOf = () => defaultTraffic } = options;
  const endpoints = new Map<string, Endpoint>();
  const foreign = new LRUCache<string, Endpoint>({
    max: MAX_FOREIGN_URLS,
    dispose: ({ instances }) => void instances[Symbol.asyncDispose](),
  });
  const stopListening = directory.onChange((subgraph) => {
    endpoints.get(subgraph)?.instances.replace(directory.instancesOf(subgraph));
  });

  function endpointOf(subgraph: string): Endpoint {
    let endpoint = endpoints.get(subgraph);
    if (!endpoint) {
      const traffic = trafficOf(subgraph);
      const instances = new InstanceSet(traffic);
      instances.replace(directory.instancesOf(subgraph));
      const shared = traffic.deduplicate ? new SharedCalls() : null;
      endpoint = { instances, traffic, send: createSend(instances, traffic), shared };
      endpoints.set(subgraph, endpoint);
    }
    return endpoint;
  }

  function headersFor(
    request: SubgraphRequest,
    context: RequestContext,
    traffic: SubgraphTraffic,
    own: Readonly<Record<string, string>> | undefined,
  ): Record<string, string> {
    const { identity } = context;
    const { traceparent, tracestate, baggage } = traceHeadersOf(context);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: request.accept ?? 'application/graphql-response+json, application/json;q=0.9',
      'x-request-id': context.id,
    };
    if (identity) {
      if (identity.token) headers.authorization = `Bearer ${identity.token}`;
      if (identity.subject) headers['x-authenticated-user'] = identity.subject;
    }
    if (traceparent) headers.traceparent = request.traceparent ?? traceparent;
    if (tracestate) headers.tracestate = tracestate;
    if (baggage) headers.baggage = baggage;
    if (request.includesTrace) headers['apollo-federation-include-trace'] = 'ftv1';
    if (traffic.compression) headers['accept-encoding'] = 'gzip, deflate, br, zstd';
    return own ? Object.assign(headers, own) : headers;
  }

  function call(request: SubgraphRequest, context: RequestContext): Promise<RawResponse> {
    const { send, shared, traffic } = endpointOf(request.subgraph);
    const { timeoutMs } = traffic;
    const { kind, body = toBody(request) } = request;
    const own = options.headers?.(request, context);
    const headers = headersFor(request, context, traffic, own);
    request.onRequest?.(headers);
    if (staged) return staged({ request, url: urls.get(request.subgraph) ?? '', headers, body }, context);
    if (!shared || kind !== 'query') return send({ kind, headers, body, timeoutMs, signal: context.signal });

    const key = `${context.identity?.key ?? ''}\n${own ? JSON.stringify(own) : ''}\n${body}`;
    return shared.join(key, context.signal, (signal) => send({ kind, headers, body, timeoutMs, signal }));
  }

  const staged = toStagedCall(options.stages, {
    send({ request, headers, body }, { identity, signal }) {
      const { send, shared, traffic } = endpointOf(request.subgraph);
      const call = { kind: request.kind, headers, body, timeoutMs: traffic.timeoutMs };
      if (!shared || request.kind !== 'query') return send({ ...call, signal });
      const key = `${identity?.key ?? ''}\n${JSON.stringify(withoutOneRequest(headers))}\n${body}`;
      return shared.join(key, signal, (whole) => send({ ...call, signal: whole }));
    },
    elsewhere({ request, url, headers, body }, { signal }) {
      const traffic = trafficOf(request.subgraph);
      return elsewhere(url, traffic)({ kind: request.kind, headers, body, timeoutMs: traffic.timeoutMs, signal });
    },
  });

  /** A coprocessor may send a request to another place than the subgraph's own. */
  function elsewhere(url: string, traffic: SubgraphTraffic): Send {
    let endpoint = foreign.get(url);
    if (!endpoint) {
      const instances = new InstanceSet(traffic);
      instances.replace([{ url }]);
      endpoint = { instances, traffic, send: createSend(instances, traffic), shared: null };
      foreign.set(url, endpoint);
    }
    return endpoint.send;
  }

  return {
    async fetch(request, context) {
      try {
        const response = await call(request, context);
        options.takeHeaders?.(request.subgraph, response.headers, context);
        context.plugin?.fetches.restrictCache(response.headers['cache-control']);
        request.onResponse?.(response.headers, response.status);
        return toResult(response, request);
      } catch (error) {
        context.signal.throwIfAborted();
        if (error instanceof AppError) return toRefusal(request.subgraph, error);
        return toFailure(request.subgraph, toCallError(error));
      }
    },
    urlsOf: (subgraph) =>
      urls.has(subgraph)
        ? endpointOf(subgraph)
            .instances.healthy()
            .map(({ url }) => url)
        : [],
    connectOptionsOf(subgraph, url) {
      const { instances, traffic } = endpointOf(subgraph);
      const host = instances.addresses().find((address) => address.url === url)?.host;
      return { ...traffic.tls, ...(host && { headers: { host }, servername: host.replace(/:\d+$/, '') }) };
    },
    async [Symbol.asyncDispose]() {
      stopListening();
      await directory[Symbol.asyncDispose]();
      foreign.clear();
      await Promise.all([...endpoints.values()].map(({ instances }) => instances[Symbol.asyncDispose]()));
    },
  };
}

function toBody({ query, operationName, variables }: SubgraphRequest): string {
  return JSON.stringify({ query, operationName, variables });
}

/** From the inside out: one request, the breaker that each attempt has to pass, attempts, and how many there may be. */
function createSend(instances: InstanceSet, traffic: SubgraphTraffic): Send {
  const { responseLimitBytes, maxPending, breaker, retry, compression, concurrencyLimit, rateLimit } = traffic;
  let send: Send = (call) => {
    const instance = instances.choose(call.kind);
    if (!instance) return Promise.reject(new SubgraphCallError('SUBREQUEST_HTTP_ERROR', 'it has no instance'));
    if (instance.pending >= maxPending) {
      const reason = `${maxPending} requests to it are under way`;
      return Promise.reject(new SubgraphCallError('REQUEST_CONCURRENCY_LIMITED', reason));
    }
    return sendRequest(instance, call, responseLimitBytes);
  };
  if (breaker) send = withCircuitBreaker(send, breaker);
  if (retry) send = withRetry(send, retry);
  if (compression && compression !== 'identity') send = withCompression(send, compression);
  if (concurrencyLimit !== null) send = withConcurrencyLimit(send, concurrencyLimit);
  if (rateLimit) send = withRateLimit(send, rateLimit);
  return send;
}

function toResult({ status, body }: RawResponse, { subgraph, kind, isFinished }: SubgraphRequest): GraphQLResult {
  if (status === 200 && isFinished?.(body)) return new UnreadResult(body);
  let result: unknown;
  try {
    // Each caller parses for itself: plans merge into what they get.
    result = parseExactJson(body.toString('utf8'));
  } catch {
    // The client gets an error that names the subgraph.
    return unreachable(subgraph, `HTTP status ${status} and a body that is not JSON`, status);
  }
  if (typeof result === 'object' && result !== null && ('data' in result || 'errors' in result)) {
    const { data, errors } = result as GraphQLResult;
    if (Array.isArray(errors) && errors.length) return result as GraphQLResult;
    if (data && status >= 200 && status < 300) return result as GraphQLResult;
    // It says that it failed, and does not say what: what it answered is shown beside the error.
    if (data) {
      const reason = `HTTP status ${status} and data without an error`;
      return { ...(result as GraphQLResult), ...unreachable(subgraph, reason, status) };
    }
    // A subscription that the subgraph will call back for: its events come later.
    if (kind === 'subscription' && status < 300) return { data: null };
  }
  return unreachable(subgraph, `HTTP status ${status} and no GraphQL answer`, status);
}

/** A result that is passed on as it came; only what looks into it parses it. */
class UnreadResult implements GraphQLResult {
  constructor(readonly bytes: Buffer) {}

  get data(): GraphQLResult['data'] {
    return (parseExactJson(this.bytes.toString('utf8')) as GraphQLResult).data;
  }
}

/** A limit keeps requests from a subgraph that may be well. */
const LIMITED: ReadonlySet<SubgraphCallCode> = new Set(['REQUEST_RATE_LIMITED', 'REQUEST_CONCURRENCY_LIMITED']);

const SAID_BY_CODE: Readonly<Record<SubgraphCallCode, string>> = {
  SUBREQUEST_HTTP_ERROR: 'could not be reached or did not answer',
  GATEWAY_TIMEOUT: 'did not answer in time',
  REQUEST_RATE_LIMITED: 'was not called',
  REQUEST_CONCURRENCY_LIMITED: 'was not called',
  CIRCUIT_BREAKER_OPEN: 'was not called',
};

function toFailure(service: string, { code, reason }: SubgraphCallError, status?: number): GraphQLResult {
  const error: GraphQLFormattedError = {
    message: `The subgraph '${service}' ${SAID_BY_CODE[code]}: ${reason}.`,
    extensions: { code, service, reason, ...(status && { http: { status } }) },
  };
  const fault: GatewayFault = { by: LIMITED.has(code) ? 'client' : 'subgraph', subgraphs: [service] };
  return { errors: [withOrigin(error, { fault })] };
}

/** Of a stage that failed: the subgraph was not asked, or its answer is not used. */
function toRefusal(service: string, { code, message, details }: AppError): GraphQLResult {
  return { errors: [{ message, extensions: { ...details, code, service } }] };
}

function unreachable(service: string, reason: string, status: number): GraphQLResult {
  return toFailure(service, new SubgraphCallError('SUBREQUEST_HTTP_ERROR', reason), status);
}
