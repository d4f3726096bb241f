import type { Logger } from '@vibecode/platform/log';
import type { DeferredBlock } from '../defer/defer.plan.ts';
import { DeferredStream } from '../defer/deferred.stream.ts';
import type { Execution } from '../plan/execution.ts';
import { FetchedEntities } from '../plan/fetched.entities.ts';
import { type JsonObject, setOwn } from '../plan/merge.ts';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { GatewayCore, RequestContext, SubgraphTransport } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import { logFaults } from '../request/fault.log.ts';
import type { AcceptedStreams, GraphQLRequest, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { OperationPlugins } from '../request/observer.ts';
import { asRefusal, RefusedRequestError, refusal } from '../request/refusal.ts';
import { EndedByStage } from '../request/stages.ts';
import { observeStream } from '../transport/observed.stream.ts';
import { passStages, type Reached } from './core.stages.ts';
import type { OperationStoreOptions } from './operation.options.ts';
import { OperationStore } from './operation.store.ts';
import type { OperationVariant } from './operation.variant.ts';
import { chooseOverrides } from './override.labels.ts';
import type { PreparedOperation } from './prepared.operation.ts';
import { runSigningIn } from './sign.in.ts';
import type { LoadedSupergraph } from './supergraph.ts';

export interface CoreOptions extends OperationStoreOptions {
  readonly transport: SubgraphTransport;
  readonly log: Logger;
  /** Time for a whole query or mutation. Default: none. */
  readonly timeoutMs?: number;
  /** Apollo Server's plugins; null or left out: none. */
  readonly plugins?: PluginHost | null;
  /** Runs the subscriptions that are prepared and admitted here. Without it they are refused. */
  readonly subscribe?: StartSubscription;
}

export type StartSubscription = (
  operation: PreparedOperation,
  variables: AdmittedVariables,
  context: RequestContext,
) => SubscriptionStream | GraphQLResult;

/** An operation's variables: as the client sent them, and coerced with defaults. */
export interface AdmittedVariables {
  readonly raw: JsonObject;
  readonly coerced: JsonObject;
}

const NO_STREAMS: AcceptedStreams = { subscription: null, defer: null };
const ALL_STREAMS: AcceptedStreams = { subscription: {}, defer: {} };
const NO_SUBSCRIPTION =
  'This is a subscription, and the client accepts no stream. Send the header accept: text/event-stream, or ' +
  'accept: multipart/mixed;subscriptionSpec=1.0, or use a WebSocket.';

const NO_DEFER =
  'This operation has @defer, and the client accepts no answer in parts. Send the header ' +
  'accept: multipart/mixed;deferSpec=20220824, or accept: text/event-stream, or use a WebSocket.';

/** The pipeline over one version of a supergraph; a reload makes a new one. */
export interface Core extends GatewayCore {
  readonly supergraph: LoadedSupergraph;
  readonly operations: OperationStore;
}

/** An endpoint with its whole core, for what plans on it. */
export type PlannedEndpoint = Endpoint<Core>;

/** The endpoint in force; undefined once a reload has taken it away. */
export type EndpointInForce = () => PlannedEndpoint | undefined;

export function createCore(options: CoreOptions): Core {
  const { supergraph, hooks, log, timeoutMs, plugins } = options;
  const transport = hooks?.wrapTransport?.(options.transport) ?? options.transport;
  const stages = hooks?.stages;
  const operations = new OperationStore(options);
  // Plugins and some hooks look into every answer, or add to it: for them it is parsed.
  const looksIntoAll = Boolean(plugins) || hooks?.finishesAll === true;

  /** @throws RefusedRequestError, or what a hook threw */
  async function admit(request: GraphQLRequest, context: RequestContext, onStage: () => void): Promise<Admitted> {
    let resolved = hooks?.resolveRequest ? await hooks.resolveRequest(request, context) : request;
    if (stages) {
      if (stages.supergraphRequest) resolved = await stages.supergraphRequest(resolved, context);
      context.request = resolved;
      onStage();
    }
    const operation = context.plugin
      ? await prepareWith(context.plugin, request, resolved, context)
      : operations.prepare(resolved, context);
    if (context.watch) {
      context.watch.operation = operation;
      context.watch.begins?.();
    }
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
    request: GraphQLRequest,
    resolved: GraphQLRequest,
    context: RequestContext,
  ): Promise<PreparedOperation> {
    await plugin.didResolveSource(request, resolved);
    return plugin.prepare(() => operations.prepare(resolved, context), operations.parser.knows(resolved));
  }

  async function runInTime(
    variant: OperationVariant,
    run: RunPlan | null,
    execution: Execution,
  ): Promise<GraphQLResult> {
    if (timeoutMs === undefined) return execute(variant, run, execution);
    const timer = setTimeout(() => execution.context.abort?.(timedOut(timeoutMs)), timeoutMs);
    try {
      return await execute(variant, run, execution);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A run of a mutation that may sign the client in: what comes after that is prepared for whoever it is. */
  function toSigningIn({ request, operation, variables, variant, overrides }: SigningIn): RunPlan | null {
    const { signIn: plan } = variant;
    const { signIn } = hooks ?? {};
    if (!plan || !signIn) return null;
    const prepareFor = (context: RequestContext) => {
      const prepared = operations.prepare(request, context);
      return { operation: prepared, variant: prepared.variantFor(variables.coerced, overrides, context.watch) };
    };
    return (execution) => {
      const { context } = execution;
      return runSigningIn({ context, operation, variant, plan }, execution, { signIn, log, prepareFor });
    };
  }

  function answerInParts(
    { refusals, deferLabels = new Map() }: PreparedOperation,
    { run, shape }: OperationVariant,
    blocks: readonly DeferredBlock[],
    execution: Execution,
  ): SubscriptionStream {
    const { context, data } = execution;
    const timer = timeoutMs && setTimeout(() => context.abort?.(timedOut(timeoutMs)), timeoutMs);
    return new DeferredStream({
      run,
      blocks,
      shape: (errors, deferred) => shape.shape(data, errors, deferred),
      keepAsked: (errors) => shape.keepAsked(data, errors),
      execution,
      refusals,
      labels: deferLabels,
      finish: (result) => finish(result, context),
      fail: (error) => finish(refuse(error, context), context),
      onEnd: () => clearTimeout(timer),
    });
  }

  function refuse(error: unknown, context: RequestContext): GraphQLResult {
    if (error instanceof EndedByStage) {
      context.setStatus?.(error.status);
      return error.result;
    }
    const refused = asRefusal(error, 'BAD_REQUEST');
    if (refused.cause) log.warn({ action: 'gateway.refused', requestId: context.id, error: refused.cause });
    if (refused instanceof RefusedRequestError) return { errors: [...refused.errors] };
    // Nobody reads the answer any more, and nothing has failed.
    if (context.signal.aborted) return { errors: [{ message: 'The request was cancelled.' }] };
    log.error({ action: 'gateway.failed', requestId: context.id, error: refused });
    const message = `The gateway failed to answer; its log has the reason under request ${context.id}.`;
    return { errors: [{ message, extensions: { code: 'INTERNAL_ERROR', requestId: context.id } }] };
  }

  function finish(result: GraphQLResult, context: RequestContext): GraphQLResult {
    if (result.errors) {
      // Before errors are masked: operators are told what went wrong.
      context.watch?.note(result.errors);
      logFaults(log, result.errors, context);
    }
    return hooks?.finishResult && (hooks.finishesAll || result.errors) ? hooks.finishResult(result, context) : result;
  }

  /** A result, unless the client accepts the stream that it is. */
  async function run(
    request: GraphQLRequest,
    context: RequestContext,
    accepts: AcceptedStreams,
  ): Promise<SubscriptionStream | GraphQLResult> {
    let result: SubscriptionStream | GraphQLResult;
    let operation: PreparedOperation | null = null;
    let reached: Reached = 'nothing';
    context.request = request;
    try {
      if (plugins) context.plugin = await plugins.begin(request, context, supergraph);
      const admitted = await admit(request, context, () => {
        reached = 'supergraph';
      });
      operation = admitted.operation;
      if (stages?.executionRequest)
        await stages.executionRequest(context.request, () => planOf(admitted, context), context);
      if (stages) reached = 'execution';
      result = admitted.instead ?? (await start(admitted, context, accepts));
    } catch (error) {
      result = refuse(error, context);
    }
    const { plugin } = context;
    if ('attach' in result) {
      const watched = plugin ? await plugin.watch(result) : result;
      return stages ? passStages(stages, watched, reached, context, (error) => refuse(error, context)) : watched;
    }
    let finished = finish(result, context);
    if (plugin) finished = await plugin.finish(result, finished, operation);
    if (!stages) return finished;
    return passStages(stages, finished, reached, context, (error) => refuse(error, context));
  }

  /** The plan as it will run. @throws RefusedRequestError when there is none */
  function planOf({ operation, variables, overrides }: Admitted, context: RequestContext): OperationVariant['plan'] {
    return operation.variantFor(variables.coerced, overrides, context.watch).plan;
  }

  /** @throws RefusedRequestError */
  function start(
    { request, operation, variables, overrides }: Admitted,
    context: RequestContext,
    accepts: AcceptedStreams,
  ): SubscriptionStream | GraphQLResult | Promise<GraphQLResult> {
    if (operation.kind === 'subscription') {
      if (!accepts.subscription) throw refusal('SUBSCRIPTION_BAD_HEADER', NO_SUBSCRIPTION);
      if (!options.subscribe) throw refusal('BAD_REQUEST', 'This gateway runs no subscriptions.');
      return options.subscribe(operation, variables, context);
    }
    if (context.isReadOnly && operation.kind === 'mutation') {
      context.setHeader?.('allow', 'POST');
      throw refusal('METHOD_NOT_ALLOWED', 'A mutation needs POST: GET is for queries only.');
    }
    const variant = operation.variantFor(variables.coerced, overrides, context.watch);
    const execution = toExecution(operation, variant, variables, context, transport);
    if (context.takesBytes && !looksIntoAll && mayBeFinished(operation))
      execution.isFinished = variant.isFinished ?? undefined;
    const { plugin } = context;
    plugin?.fetches.planned(variant.plan);
    if (variant.deferred) {
      if (!accepts.defer) throw refusal('DEFER_BAD_HEADER', NO_DEFER);
      return answerInParts(operation, variant, variant.deferred, execution);
    }
    const run = variant.signIn ? toSigningIn({ request, operation, variables, variant, overrides }) : variant.run;
    return plugin ? plugin.execute(() => runInTime(variant, run, execution)) : runInTime(variant, run, execution);
  }

  return {
    supergraph,
    operations,
    execute: async (request, context) => tell(await run(request, context, NO_STREAMS), context) as GraphQLResult,
    subscribe: async (request, context, accepts = ALL_STREAMS) => tell(await run(request, context, accepts), context),
  };
}

/** Whether its answer is what its fetches bring, and nothing beside. */
function mayBeFinished({ refusals, introspection }: PreparedOperation): boolean {
  return refusals.length === 0 && introspection === null;
}

/** Whoever watches sees what the client gets. */
function tell(result: SubscriptionStream | GraphQLResult, { watch }: RequestContext) {
  if (!watch?.sees) return result;
  if ('attach' in result) return observeStream(result, watch.sees);
  watch.sees(result);
  return result;
}

function timedOut(timeoutMs: number): RefusedRequestError {
  return refusal('GATEWAY_TIMEOUT', `The operation took longer than the ${timeoutMs} ms that it may.`);
}

interface Admitted {
  /** With the text of a persisted query. */
  readonly request: GraphQLRequest;
  readonly operation: PreparedOperation;
  readonly variables: AdmittedVariables;
  /** Labels of progressive overrides that are on for it. */
  readonly overrides: ReadonlySet<string> | undefined;
  readonly instead: GraphQLResult | undefined;
}

type RunPlan = OperationVariant['run'] & {};

interface SigningIn {
  readonly request: GraphQLRequest;
  readonly operation: PreparedOperation;
  readonly variables: AdmittedVariables;
  readonly variant: OperationVariant;
  readonly overrides: ReadonlySet<string> | undefined;
}

function toExecution(
  { introspection, refusals }: PreparedOperation,
  { repeatedFetches }: OperationVariant,
  { raw, coerced }: AdmittedVariables,
  context: RequestContext,
  transport: SubgraphTransport,
): Execution {
  const data: JsonObject = {};
  if (introspection) for (const [key, value] of Object.entries(introspection(raw))) setOwn(data, key, value);
  return {
    data,
    errors: [...refusals],
    variables: raw,
    conditions: coerced,
    context,
    transport,
    ...(repeatedFetches && { entities: new FetchedEntities(repeatedFetches) }),
  };
}

/** Runs a query or mutation's plan and shapes what came. */
async function execute({ shape }: OperationVariant, run: RunPlan | null, execution: Execution): Promise<GraphQLResult> {
  const { errors, context } = execution;
  if (run) {
    const span = context.watch?.trace?.recorded?.startExecution();
    await run(execution);
    span?.end();
  }
  if (execution.finished) return execution.finished;
  const data = shape.shape(execution.data, errors);
  return errors.length ? { data, errors } : { data };
}
