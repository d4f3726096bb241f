import type { JsonObject } from '../plan/merge.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLRequest, GraphQLResult } from '../request/message.ts';
import type { OperationPlugins } from '../request/observer.ts';
import { RefusedRequestError } from '../request/refusal.ts';
import type { OperationStore } from './operation.store.ts';
import { chooseOverrides } from './override.labels.ts';
import type { PreparedOperation } from './prepared.operation.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** An operation's variables: as the client sent them, and coerced with defaults. */
export interface AdmittedVariables {
  readonly raw: JsonObject;
  readonly coerced: JsonObject;
}

/** An operation that may run. */
export interface AdmittedOperation {
  /** With the text of a persisted query. */
  readonly request: GraphQLRequest;
  readonly operation: PreparedOperation;
  readonly variables: AdmittedVariables;
  /** Labels of progressive overrides that are on for this request. */
  readonly overrides: ReadonlySet<string> | undefined;
  /** A hook's result, which replaces the operation's own. Undefined: the operation runs. */
  readonly instead: GraphQLResult | undefined;
}

/** What admission needs of the core; one object for all requests. */
export interface AdmissionScope {
  readonly supergraph: LoadedSupergraph;
  readonly operations: OperationStore;
  readonly hooks: GatewayHooks | undefined;
}

/** Resolves and prepares an operation. @param onStage as below */
export async function prepareRequest(
  request: GraphQLRequest,
  context: RequestContext,
  onStage: () => void,
  { operations, hooks }: AdmissionScope,
): Promise<Pick<AdmittedOperation, 'request' | 'operation'>> {
  const stages = hooks?.stages;
  let resolved = hooks?.resolveRequest ? await hooks.resolveRequest(request, context) : request;
  if (stages) {
    if (stages.supergraphRequest) resolved = await stages.supergraphRequest(resolved, context);
    context.request = resolved;
    onStage();
  }
  const operation = context.plugin
    ? await prepareWith(context.plugin, operations, request, resolved, context)
    : operations.prepare(resolved, context);
  if (context.watch) {
    context.watch.operation = operation;
    context.watch.begins?.();
  }
  return { request: resolved, operation };
}

/**
 * Resolves and prepares an operation, coerces its variables and passes it through the edge's limits.
 * @param onStage called when the request has passed a coprocessor's supergraph stage
 * @throws RefusedRequestError, or what a hook threw
 */
export async function admit(
  request: GraphQLRequest,
  context: RequestContext,
  onStage: () => void,
  scope: AdmissionScope,
): Promise<AdmittedOperation> {
  const { supergraph, hooks } = scope;
  const { request: resolved, operation } = await prepareRequest(request, context, onStage, scope);
  const raw = resolved.variables ?? {};
  const coerced = operation.coerceVariables(raw);
  if ('errors' in coerced) {
    throw new RefusedRequestError(
      coerced.errors.map(({ message, locations }) => ({
        message,
        locations,
        extensions: { code: 'BAD_USER_INPUT' },
      })),
    );
  }
  const overrides = chooseOverrides(supergraph.overrideLabels, hooks?.overrideLabels?.(context));
  if (operation.preload) await operation.preload(coerced.values, overrides);
  const plans = () => operation.variantFor(coerced.values, overrides, context.watch).plans;
  const instead = await hooks?.admit?.(operation, coerced.values, context, plans);
  const variables = { raw: coerced.sent ?? raw, coerced: coerced.values };
  return { request: resolved, operation, variables, overrides, instead };
}

/** @throws RefusedRequestError, or what a plugin threw */
async function prepareWith(
  plugin: OperationPlugins,
  operations: OperationStore,
  request: GraphQLRequest,
  resolved: GraphQLRequest,
  context: RequestContext,
): Promise<PreparedOperation> {
  await plugin.didResolveSource(request, resolved);
  return plugin.prepare(() => operations.prepare(resolved, context), operations.parser.knows(resolved));
}
