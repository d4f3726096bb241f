import { randomUUID } from 'node:crypto';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Logger } from '@vibecode/platform/log';
import { finishResult, toErrorResult } from '../pipeline/core.results.ts';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { RequestContext } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Follower, followStream } from './followed.stream.ts';
import type { OpenCall } from './open.calls.ts';
import type { SchemaTool } from './schema.tools.ts';
import { missingScopes, type ServedTool, type ServedTools } from './served.tools.ts';
import { type ToolClient, ToolContext } from './tool.context.ts';
import { toFailure, toResultOf, toToolError, toToolResult } from './tool.result.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** What all calls of one HTTP request run in. */
export interface CallScope {
  readonly tools: ServedTools;
  /** The graph that the tools were checked against. */
  readonly endpoint: PlannedEndpoint;
  readonly client: ToolClient;
  readonly telemetry: Telemetry | undefined;
  readonly path: string;
  readonly log: Logger;
  /** Called before the pipeline takes an operation, which it counts for the rate limit. */
  readonly onOperation: () => void;
}

/** Runs a tool. Never rejects: what goes wrong is for the model to read. */
export async function callTool(
  tool: ServedTool,
  args: Arguments,
  follower: Omit<Follower, 'signal'>,
  call: OpenCall,
  scope: CallScope,
): Promise<CallToolResult> {
  const unknown = findUnknown(tool, args);
  if (unknown) return toToolError('BAD_USER_INPUT', unknown);
  // Also for what undoes the call.
  const generated = tool.operation?.generated.filter((name) => args[name] === undefined || args[name] === null) ?? [];
  const variables = { ...args, ...Object.fromEntries(generated.map((name) => [name, randomUUID()])) };
  try {
    if (tool.own) return await callOwn(tool.own, args, call, scope);
    const { operation, rule } = tool;
    const request = { query: operation.query, operationName: operation.name, variables };
    const followed = { ...follower, progress: rule?.progress };
    const result = await runOperation(request, { isListed: true, follower: followed }, call, scope);
    if (call.isCancelled) await undo(rule?.on_cancel, variables, scope);
    return result;
  } catch (error) {
    if (call.isCancelled) await undo(tool.rule?.on_cancel, variables, scope);
    if (call.signal.aborted) return toToolError('CANCELLED', 'The call was cancelled.');
    return toFailure(error, scope.client.id, scope.log);
  }
}

function findUnknown({ own, operation }: ServedTool, args: Arguments): string | null {
  const { inputSchema } = (own ?? operation)!;
  const known = Object.keys(inputSchema.properties);
  const unknown = Object.keys(args).find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  const expected = known.length > 0 ? `expected ${known.join(', ')}` : 'it takes none';
  return `There is no argument '${unknown.slice(0, 100)}'; ${expected}.`;
}

interface RunOptions {
  readonly isListed: boolean;
  /** Whether mutations are refused. Default false. */
  readonly isReadOnly?: boolean;
  /** Null where a subscription is refused. */
  readonly follower: (Omit<Follower, 'signal'> & { readonly progress: Parameters<typeof followStream>[1] }) | null;
}

/** Takes one operation through the whole pipeline, as if it had come over HTTP. */
async function runOperation(
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
    const { progress, ...rest } = follower!;
    const { last, events, isComplete } = await followStream(result, progress, { ...rest, signal }, maxMs);
    return toResultOf(last ?? { data: null }, { events, complete: isComplete }, maxBytes);
  } finally {
    signal.removeEventListener('abort', onAbort);
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

async function callOwn(own: SchemaTool, args: Arguments, call: OpenCall, scope: CallScope): Promise<CallToolResult> {
  const { tools } = scope;
  const { max_result_bytes: maxBytes, mutation_mode: mutationMode } = tools.config;
  if (own.answer) {
    const answer = own.answer(args);
    return toToolResult(answer, 'error' in answer, maxBytes);
  }
  const { operation: query, variables } = args;
  if (typeof query !== 'string') return toToolError('BAD_USER_INPUT', "The argument 'operation' is not a text.");
  const isObject = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  if (variables !== undefined && variables !== null && !isObject)
    return toToolError('BAD_USER_INPUT', "The argument 'variables' is not an object.");
  if (own.takesOperation === 'validate') return validateOperation({ query }, scope);
  const request = { query, variables: (variables ?? {}) as Record<string, unknown> };
  return runOperation(request, { isListed: false, isReadOnly: mutationMode !== 'all', follower: null }, call, scope);
}

/** Admits an operation as if it were to run: what the graph refuses is not checked, and errors are redacted. */
async function validateOperation(request: GraphQLRequest, scope: CallScope): Promise<CallToolResult> {
  const { core, hooks } = scope.endpoint;
  const { max_result_bytes: maxBytes } = scope.tools.config;
  const context = new ToolContext(scope.client);
  context.request = request;
  try {
    scope.onOperation();
    const resolved = hooks.resolveRequest ? await hooks.resolveRequest(request, context) : request;
    const { kind } = core.operations.prepare(resolved, context);
    return toToolResult({ valid: true, kind }, false, maxBytes);
  } catch (error) {
    const refused = finishResult(toErrorResult(error, context, scope), context, { log: scope.log, hooks });
    return toResultOf(refused, {}, maxBytes);
  }
}

/** Runs what the rules name for a call that the client cancelled, though the client may be gone. */
async function undo(name: string | undefined, args: Arguments, scope: CallScope): Promise<void> {
  const tool = name === undefined ? undefined : scope.tools.find(name);
  if (!tool?.operation) return;
  const { operation } = tool;
  // The door has looked at the scopes of the called tool only.
  const missing = missingScopes(scope.tools.config, tool, scope.client.identity);
  if (missing.length > 0) {
    scope.log.warn({ action: 'mcp.undo.refused', tool: name, missing }, 'The client may not undo what it cancelled.');
    return;
  }
  const taken = Object.keys(operation.inputSchema.properties).filter((key) => args[key] !== undefined);
  const variables = Object.fromEntries([
    ...operation.generated.map((key) => [key, randomUUID()]),
    ...taken.map((key) => [key, args[key]]),
  ]);
  const detached = { ...scope, client: { ...scope.client, response: null } };
  const request = { query: operation.query, operationName: operation.name, variables };
  const signal = new AbortController().signal;
  try {
    const { isError, content } = await runOperation(request, { isListed: true, follower: null }, { signal }, detached);
    if (isError) scope.log.warn({ action: 'mcp.undo.failed', tool: name, content }, 'A cancelled call was not undone.');
  } catch (error) {
    scope.log.warn({ action: 'mcp.undo.failed', tool: name, error }, 'A cancelled call was not undone.');
  }
}
