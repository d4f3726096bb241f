import { randomUUID } from 'node:crypto';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { CallScope } from './call.scope.ts';
import type { Follower } from './followed.stream.ts';
import { isEnding } from './kept.identity.ts';
import type { OpenCall } from './open.calls.ts';
import type { SchemaTool } from './schema.tools.ts';
import { missingScopes, type ServedTool } from './served.tools.ts';
import { checkOperation, runOperation } from './tool.operation.ts';
import { toFailure, toToolError, toToolResult } from './tool.result.ts';

type Arguments = Readonly<Record<string, unknown>>;

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
  if (own.takesOperation === 'validate') return checkOperation({ query }, scope);
  const request = { query, variables: (variables ?? {}) as Record<string, unknown> };
  return runOperation(request, { isListed: false, isReadOnly: mutationMode !== 'all', follower: null }, call, scope);
}

/**
 * Runs what the rules name for a call that the client cancelled, though the client may be gone. After a reload it is the
 * operation in force.
 */
async function undo(name: string | undefined, args: Arguments, scope: CallScope): Promise<void> {
  if (name === undefined) return;
  const { log } = scope;
  const endpoint = scope.inForce();
  const { tools } = endpoint;
  const tool = tools?.find(name);
  const failed = { action: 'mcp.undo.failed', tool: name };
  if (!tools || !tool?.operation) {
    log.warn(failed, 'A cancelled call was not undone: a reload has taken the operation away.');
    return;
  }
  const { operation } = tool;
  try {
    const identity = isEnding(scope.client.identity) ? await scope.identifyAgain() : scope.client.identity;
    // The door has looked at the scopes of the called tool only.
    const missing = missingScopes(tools.config, tool, identity);
    if (missing.length > 0) {
      log.warn({ action: 'mcp.undo.refused', tool: name, missing }, 'The client may not undo what it cancelled.');
      return;
    }
    const taken = Object.keys(operation.inputSchema.properties).filter((key) => args[key] !== undefined);
    const variables = Object.fromEntries([
      ...operation.generated.map((key) => [key, randomUUID()]),
      ...taken.map((key) => [key, args[key]]),
    ]);
    const detached = { ...scope, endpoint, tools, client: { ...scope.client, identity, response: null } };
    const request = { query: operation.query, operationName: operation.name, variables };
    const signal = new AbortController().signal;
    const { isError, content } = await runOperation(request, { isListed: true, follower: null }, { signal }, detached);
    if (isError) log.warn({ ...failed, content }, 'A cancelled call was not undone.');
  } catch (error) {
    log.warn({ ...failed, error }, 'A cancelled call was not undone.');
  }
}
