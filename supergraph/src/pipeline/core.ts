import type { Logger } from '@vibecode/platform/log';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { GatewayCore, RequestContext, SubgraphTransport } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import type {
  AcceptedStreams,
  GraphQLRequest,
  GraphQLResult,
  OperationType,
  SubscriptionStream,
} from '../request/message.ts';
import { observeStream } from '../transport/observed.stream.ts';
import { type AdmittedOperation, admit, prepareRequest } from './core.admission.ts';
import { finishResult, toErrorResult } from './core.results.ts';
import { OperationRunner, type StartSubscription } from './core.runner.ts';
import { passStages, type Reached } from './core.stages.ts';
import type { OperationStoreOptions } from './operation.options.ts';
import { OperationStore } from './operation.store.ts';
import type { PreparedOperation } from './prepared.operation.ts';
import type { LoadedSupergraph } from './supergraph.ts';

export interface CoreOptions extends OperationStoreOptions {
  readonly transport: SubgraphTransport;
  readonly log: Logger;
  /** Time for a whole query or mutation. Default: none. */
  readonly timeoutMs?: number;
  /** Apollo Server's plugins; null or left out: none. */
  readonly plugins?: PluginHost | null;
  /** Starts a subscription that the core has prepared and admitted. Left out: subscriptions are refused. */
  readonly subscribe?: StartSubscription;
}

const NO_STREAMS: AcceptedStreams = { subscription: null, defer: null };
const ALL_STREAMS: AcceptedStreams = { subscription: {}, defer: {} };

/** The pipeline over one version of a supergraph; a reload makes a new one. */
export interface Core extends GatewayCore {
  readonly supergraph: LoadedSupergraph;
  readonly operations: OperationStore;
  /**
   * Takes a request through all that comes before an operation runs, but for its variables. Never rejects.
   * @returns its kind, or null and a result with what it is refused for
   */
  check(request: GraphQLRequest, context: RequestContext): Promise<CheckedOperation>;
}

interface CheckedOperation {
  readonly kind: OperationType | null;
  readonly result: GraphQLResult;
}

/** An endpoint whose core shows its supergraph and its prepared operations. */
export type PlannedEndpoint = Endpoint<Core>;

/** The endpoint now in force; undefined after a reload has removed it. */
export type EndpointInForce = () => PlannedEndpoint | undefined;

export function createCore(options: CoreOptions): Core {
  const { supergraph, hooks, plugins } = options;
  const stages = hooks?.stages;
  const operations = new OperationStore(options);
  const admission = { supergraph, operations, hooks };
  const runner = new OperationRunner({
    ...options,
    operations,
    transport: hooks?.wrapTransport?.(options.transport) ?? options.transport,
    readsAllAnswers: Boolean(plugins) || hooks?.finishesAll === true,
  });

  /**
   * @param onChecked called in place of running the operation
   * @returns a stream for a subscription and for an answer in parts, else a result
   */
  async function run(
    request: GraphQLRequest,
    context: RequestContext,
    accepts: AcceptedStreams,
    onChecked?: (operation: PreparedOperation) => void,
  ): Promise<SubscriptionStream | GraphQLResult> {
    let result: SubscriptionStream | GraphQLResult;
    let operation: PreparedOperation | null = null;
    let reached: Reached = 'nothing';
    context.request = request;
    try {
      if (plugins) context.plugin = await plugins.begin(request, context, supergraph);
      const onStage = () => {
        reached = 'supergraph';
      };
      if (onChecked) {
        ({ operation } = await prepareRequest(request, context, onStage, admission));
        onChecked(operation);
        result = { data: null };
      } else {
        const admitted = await admit(request, context, onStage, admission);
        operation = admitted.operation;
        if (stages?.executionRequest)
          await stages.executionRequest(context.request, () => planOf(admitted, context), context);
        if (stages) reached = 'execution';
        result = admitted.instead ?? (await runner.start(admitted, context, accepts));
      }
    } catch (error) {
      result = toErrorResult(error, context, options);
    }
    const { plugin } = context;
    if ('attach' in result) {
      const watched = plugin ? await plugin.watch(result) : result;
      return stages
        ? passStages(stages, watched, reached, context, (error) => toErrorResult(error, context, options))
        : watched;
    }
    let finished = finishResult(result, context, options);
    if (plugin) finished = await plugin.finish(result, finished, operation);
    if (!stages) return finished;
    return passStages(stages, finished, reached, context, (error) => toErrorResult(error, context, options));
  }

  return {
    supergraph,
    operations,
    execute: async (request, context) => observe(await run(request, context, NO_STREAMS), context) as GraphQLResult,
    subscribe: async (request, context, accepts = ALL_STREAMS) =>
      observe(await run(request, context, accepts), context),
    async check(request, context) {
      let kind: OperationType | null = null;
      const onChecked = (operation: PreparedOperation) => {
        kind = operation.kind;
      };
      const result = observe(await run(request, context, NO_STREAMS, onChecked), context) as GraphQLResult;
      return { kind, result };
    },
  };
}

/** The plan that will run. @throws RefusedRequestError when the operation cannot be planned */
function planOf({ operation, variables, overrides }: AdmittedOperation, { watch }: RequestContext) {
  return operation.variantFor(variables.coerced, overrides, watch).plan;
}

/** Shows telemetry each result that the client gets, if telemetry reads results. */
function observe(result: SubscriptionStream | GraphQLResult, { watch }: RequestContext) {
  if (!watch?.sees) return result;
  if ('attach' in result) return observeStream(result, watch.sees);
  watch.sees(result);
  return result;
}
