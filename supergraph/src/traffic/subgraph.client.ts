import { AppError } from '@vibecode/platform/errors';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import type { RequestStages } from '../request/stages.ts';
import { toCallError } from './call.error.ts';
import type { UpstreamConnectOptions } from './client.tls.ts';
import { createStaticDirectory, type InstanceDirectory } from './instance.directory.ts';
import type { RawResponse } from './send.ts';
import { toStagedCall, withoutOneRequest } from './staged.call.ts';
import { SubgraphEndpoints } from './subgraph.endpoints.ts';
import { toSubgraphHeaders } from './subgraph.headers.ts';
import { toFailure, toRefusal, toResult } from './subgraph.result.ts';
import { defaultTraffic, type SubgraphTraffic } from './subgraph.traffic.ts';

export interface SubgraphClientOptions {
  /** Subgraph name to URL. */
  readonly urls: ReadonlyMap<string, string>;
  /** Where the instances of subgraphs are; disposed of with the client. Default: one each, at its URL. */
  readonly directory?: InstanceDirectory;
  /** Further headers, which replace the gateway's of the same name. */
  readonly headers?: GatewayHooks['subgraphHeaders'];
  readonly takeHeaders?: GatewayHooks['takeSubgraphHeaders'];
  /** Stages of a coprocessor, before and after each request to a subgraph. */
  readonly stages?: RequestStages | undefined;
  /** Timeout, retries and limits of a subgraph. Default: `defaultTraffic` for each. */
  readonly trafficOf?: (subgraph: string) => SubgraphTraffic;
}

/** Sends operations to subgraphs over HTTP. Disposing waits for requests under way. */
export interface SubgraphClient extends AsyncDisposable {
  /** Rejects only when the context's signal aborts. */
  fetch(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult>;
  /** URLs of a subgraph's healthy instances; of all when none is. */
  urlsOf(subgraph: string): readonly string[];
  /** TLS options and headers for a WebSocket to one of these URLs. */
  connectOptionsOf(subgraph: string, url: string): UpstreamConnectOptions;
}

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { urls, directory = createStaticDirectory(urls), trafficOf = () => defaultTraffic } = options;
  const endpoints = new SubgraphEndpoints(directory, trafficOf);

  function call(request: SubgraphRequest, context: RequestContext): Promise<RawResponse> {
    const { send, shared, traffic } = endpoints.of(request.subgraph);
    const { timeoutMs } = traffic;
    const { kind, body = toBody(request) } = request;
    const own = options.headers?.(request, context);
    const headers = toSubgraphHeaders(request, context, traffic, own);
    request.onRequest?.(headers);
    if (staged) return staged({ request, url: urls.get(request.subgraph) ?? '', headers, body }, context);
    if (!shared || kind !== 'query') return send({ kind, headers, body, timeoutMs, signal: context.signal });

    const key = `${context.identity?.key ?? ''}\n${own ? JSON.stringify(own) : ''}\n${body}`;
    return shared.join(key, context.signal, (signal) => send({ kind, headers, body, timeoutMs, signal }));
  }

  const staged = toStagedCall(options.stages, {
    send({ request, headers, body }, { identity, signal }) {
      const { send, shared, traffic } = endpoints.of(request.subgraph);
      const call = { kind: request.kind, headers, body, timeoutMs: traffic.timeoutMs };
      if (!shared || request.kind !== 'query') return send({ ...call, signal });
      const key = `${identity?.key ?? ''}\n${JSON.stringify(withoutOneRequest(headers))}\n${body}`;
      return shared.join(key, signal, (whole) => send({ ...call, signal: whole }));
    },
    elsewhere({ request, url, headers, body }, { signal }) {
      const traffic = trafficOf(request.subgraph);
      const { send } = endpoints.foreign(url, traffic);
      return send({ kind: request.kind, headers, body, timeoutMs: traffic.timeoutMs, signal });
    },
  });

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
        ? endpoints
            .of(subgraph)
            .instances.healthy()
            .map(({ url }) => url)
        : [],
    connectOptionsOf(subgraph, url) {
      const { instances, traffic } = endpoints.of(subgraph);
      const host = instances.addresses().find((address) => address.url === url)?.host;
      return { ...traffic.tls, ...(host && { headers: { host }, servername: host.replace(/:\d+$/, '') }) };
    },
    [Symbol.asyncDispose]: () => endpoints[Symbol.asyncDispose](),
  };
}

function toBody({ query, operationName, variables }: SubgraphRequest): string {
  return JSON.stringify({ query, operationName, variables });
}
