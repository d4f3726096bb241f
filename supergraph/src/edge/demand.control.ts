import type { Logger } from '@vibecode/platform/log';
import { buildASTSchema, GraphQLError, type GraphQLFormattedError, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks, MeasuredCost } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { type CostedOperation, CostModel, type EstimateOptions } from './demand.cost.ts';
import { type CostBySubgraph, estimatePlans, parseFetch, total } from './demand.plan.ts';
import { readCostRules } from './demand.rules.ts';

export interface DemandControlOptions {
  readonly config: RouterConfig['demand_control'];
  readonly supergraph: Pick<LoadedSupergraph, 'sdl'>;
  readonly log: Logger;
  /** For metrics. */
  readonly onMeasured?: (cost: MeasuredCost) => void;
}

type DemandHooks = Required<Pick<GatewayHooks, 'admit' | 'finishResult' | 'wrapTransport'>>;

interface Running {
  readonly operation: ParsedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly estimated: number;
  readonly bySubgraph: CostBySubgraph;
  /** Actual cost of the subgraph answers so far. */
  answered: number;
  isReported: boolean;
}

const TOO_EXPENSIVE = 'COST_ESTIMATED_TOO_EXPENSIVE';
const SUBGRAPH_TOO_EXPENSIVE = 'SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE';
const MAX_PARSED = 2_000;

/**
 * Estimates the cost of an operation before it runs, as the sum over the fetches of its plan. Computes the actual cost
 * afterwards. In mode `enforce` an operation whose estimate is over the maximum does not run, and a subgraph whose
 * estimate is over its own maximum gets no request. Undefined when switched off.
 */
export function createDemandControl({
  config,
  supergraph,
  log,
  onMeasured,
}: DemandControlOptions): DemandHooks | undefined {
  if (!config.enabled) return undefined;
  const { max, actual_cost_mode: actualMode } = config.strategy.static_estimated;
  const enforces = config.mode === 'enforce';
  const limits = createSubgraphLimits(config);
  const document = parse(supergraph.sdl, { noLocation: true });
  const model = new CostModel(buildASTSchema(document, { assumeValid: true }), readCostRules(document));
  const running = new WeakMap<RequestContext, Running>();
  const fetches = new LRUCache<string, CostedOperation>({ max: MAX_PARSED });

  const report = (cost: MeasuredCost): void => {
    onMeasured?.(cost);
    log.debug({ action: 'demand.measured', ...cost });
  };

  const findRefused = (subgraph: string, context: RequestContext): GraphQLFormattedError | null => {
    const estimated = enforces ? running.get(context)?.bySubgraph.get(subgraph) : undefined;
    const subgraphMax = limits.maxOf(subgraph);
    if (estimated === undefined || subgraphMax === null || estimated <= subgraphMax) return null;
    return toSubgraphError(subgraph, estimated, subgraphMax);
  };

  /** Takes the subgraph's name off an error that the gateway made itself, so that the error is not masked. */
  const asOwn = (error: GraphQLFormattedError, context: RequestContext): GraphQLFormattedError => {
    const { service, ...extensions } = error.extensions ?? {};
    const isOwn = extensions.code === SUBGRAPH_TOO_EXPENSIVE && findRefused(String(service), context) !== null;
    return isOwn ? { ...error, extensions } : error;
  };

  const countAnswer = (query: string, { data }: GraphQLResult, context: RequestContext): void => {
    const started = running.get(context);
    if (!started || !data) return;
    const fetch = fetches.get(query) ?? parseFetch(query);
    fetches.set(query, fetch);
    started.answered += model.measure(fetch, started.variables, data);
  };

  return {
    admit(operation, variables, context, plans) {
      const options = (subgraph: string) => ({ listSize: limits.listSizeOf(subgraph), isStrict: enforces });
      const bySubgraph = estimatePlans(plans(), variables, model, options);
      const estimated = total(bySubgraph);
      const result = estimated > max ? TOO_EXPENSIVE : 'COST_OK';
      const operationName = operation.operation.name?.value;
      if (enforces && estimated > max) {
        report({ operationName, estimated, actual: null, result });
        throw tooExpensive(estimated, max);
      }
      running.set(context, { operation, variables, estimated, bySubgraph, answered: 0, isReported: false });
      if (operation.kind !== 'subscription') return undefined;
      report({ operationName, estimated, actual: null, result });
      // A subscription opens at one subgraph, so a refusal of that subgraph refuses the operation.
      for (const subgraph of bySubgraph.keys()) {
        const refused = findRefused(subgraph, context);
        if (refused) throw new GraphQLError(refused.message, { extensions: refused.extensions });
      }
      return undefined;
    },
    wrapTransport: (transport) => ({
      async fetch(request, context) {
        const refused = findRefused(request.subgraph, context);
        if (refused) return { errors: [refused] };
        const answer = await transport.fetch(request, context);
        if (actualMode === 'by_subgraph') countAnswer(request.query, answer, context);
        return answer;
      },
    }),
    finishResult(result, context) {
      const started = running.get(context);
      if (!started || !('data' in result)) return result;
      const { operation, variables, estimated } = started;
      if (!started.isReported && operation.kind !== 'subscription') {
        started.isReported = true;
        report({
          operationName: operation.operation.name?.value,
          estimated,
          actual: actualMode === 'by_subgraph' ? started.answered : model.measure(operation, variables, result.data),
          result: estimated > max ? TOO_EXPENSIVE : 'COST_OK',
        });
      }
      return result.errors ? { ...result, errors: result.errors.map((error) => asOwn(error, context)) } : result;
    },
  };
}

interface SubgraphLimits {
  maxOf(subgraph: string): number | null;
  listSizeOf(subgraph: string): EstimateOptions['listSize'];
}

function createSubgraphLimits({
  strategy: { static_estimated: config },
}: RouterConfig['demand_control']): SubgraphLimits {
  const { all, subgraphs } = config.subgraph;
  return {
    maxOf: (subgraph) => subgraphs[subgraph]?.max ?? all.max ?? null,
    listSizeOf: (subgraph) => subgraphs[subgraph]?.list_size ?? all.list_size ?? config.list_size,
  };
}

function tooExpensive(estimated: number, max: number): GraphQLError {
  return new GraphQLError(
    `The operation's estimated cost is ${estimated}, where at most ${max} is allowed. Ask for fewer items or fields.`,
    { extensions: { code: TOO_EXPENSIVE, 'cost.estimated': estimated, 'cost.max': max } },
  );
}

function toSubgraphError(subgraph: string, estimated: number, max: number): GraphQLFormattedError {
  return {
    message: `The operation's estimated cost for the subgraph '${subgraph}' is ${estimated}, where at most ${max} is allowed.`,
    extensions: {
      code: SUBGRAPH_TOO_EXPENSIVE,
      'cost.subgraph': subgraph,
      'cost.subgraph.estimated': estimated,
      'cost.subgraph.max': max,
    },
  };
}
