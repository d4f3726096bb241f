import type { CallToolResult } from '@modelcontextprotocol/server';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { RequestContext } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLRequest } from '../request/message.ts';
import { STREAM_STARTED } from '../transport/http.stream.ts';
import type { CallScope } from './call.scope.ts';
import { type Follower, followStream } from './followed.stream.ts';
import { keepIdentity } from './kept.identity.ts';
import type { OpenCall } from './open.calls.ts';
import { ToolContext } from './tool.context.ts';
import { toResultOf, toToolResult } from './tool.result.ts';

export interface RunOptions {
  readonly isListed: boolean;
  /** Whether mutations are refused. Default false. */
  readonly isReadOnly?: boolean;
  /** Null where a subscription is refused. */
  readonly follower: (Omit<Follower, 'signal'> & { readonly progress: Parameters<typeof followStream>[1] }) | null;
}

/** Takes one operation through the whole pipeline, as if it had come over HTTP. */
export async function runOperation(
  request: GraphQLRequest,
  { isListed, isReadOnly = false, follower }: RunOptions,
  { signal }: Pick<OpenCall, 'signal'>,
  scope: CallScope,
): Promise<CallToolResult> {
  const { endpoint, telemetry, path, tools } = scope;
  const { max_result_bytes: maxBytes, max_duration: maxMs } = tools.config;
  const context = new ToolContext(scope.client);
  context.isListed = isListed;
  context.isReadOnly = isReadOnly;
  context.watch = telemetry?.begin(context, 'mcp', path);
  const onAbort = () => context.abort(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const staged = await passRouterStage(request, path, context, endpoint);
    scope.onOperation();
    const result = await endpoint.core.subscribe(staged, context, { subscription: follower && {}, defer: null });
    if (!('attach' in result)) {
      signal.throwIfAborted();
      return toResultOf(result, {}, maxBytes);
    }
    // It counts among the subscriptions, and no longer among the requests at once.
    scope.client.response?.emit(STREAM_STARTED);
    using _identity = keepIdentity(context.identity, scope.identifyAgain);
    const { progress, ...rest } = follower!;
    const { last, events, isComplete } = await followStream(result, progress, { ...rest, signal }, maxMs);
    return toResultOf(last ?? { data: null }, { events, complete: isComplete }, maxBytes);
  } finally {
    signal.removeEventListener('abort', onAbort);
    telemetry?.ended(context, 200);
  }
}

/** Admits an operation as if it were to run. Its variables, and limits that depend on them, are not checked. */
export async function checkOperation(request: GraphQLRequest, scope: CallScope): Promise<CallToolResult> {
  const { endpoint, telemetry, path } = scope;
  const context = new ToolContext(scope.client);
  context.watch = telemetry?.begin(context, 'mcp', path);
  try {
    const staged = await passRouterStage(request, path, context, endpoint);
    scope.onOperation();
    const { kind, result } = await endpoint.core.check(staged, context);
    if (!kind || result.errors) return toResultOf(result, {}, scope.tools.config.max_result_bytes);
    return toToolResult({ valid: true, kind }, false, Number.POSITIVE_INFINITY);
  } finally {
    telemetry?.ended(context, 200);
  }
}

/** A coprocessor sees the operation where it would see the body of an HTTP request. */
async function passRouterStage(
  request: GraphQLRequest,
  path: string,
  context: RequestContext,
  { hooks: { stages } }: PlannedEndpoint,
): Promise<GraphQLRequest> {
  if (!stages?.routerRequest) return request;
  const body = await stages.routerRequest(JSON.stringify(request), path, context);
  return parseExactJson(body ?? '{}') as GraphQLRequest;
}
