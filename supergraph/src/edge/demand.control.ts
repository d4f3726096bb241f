import type { Logger } from '@vibecode/platform/log';
import { GraphQLError, parse } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks, MeasuredCost } from '../request/hooks.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { CostModel } from './demand.cost.ts';
import { readCostRules } from './demand.rules.ts';

export interface DemandControlOptions {
  readonly config: RouterConfig['demand_control'];
  readonly supergraph: Pick<LoadedSupergraph, 'sdl' | 'apiSchema'>;
  readonly log: Logger;
  /** For metrics. */
  readonly onMeasured?: (cost: MeasuredCost) => void;
}

interface Running {
  readonly operation: ParsedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly estimated: number;
}

/**
 * Estimates what an operation costs before it runs, and works out afterwards what it did cost. In mode `enforce` an
 * operation whose estimate is over the maximum does not run. Undefined when switched off.
 */
export function createDemandControl({
  config,
  supergraph,
  log,
  onMeasured,
}: DemandControlOptions): Required<Pick<GatewayHooks, 'admit' | 'finishResult'>> | undefined {
  if (!config.enabled) return undefined;
  const { list_size: listSize, max } = config.strategy.static_estimated;
  const model = new CostModel(
    supergraph.apiSchema,
    readCostRules(parse(supergraph.sdl, { noLocation: true })),
    listSize,
  );
  const running = new WeakMap<RequestContext, Running>();

  const report = (cost: MeasuredCost): void => {
    onMeasured?.(cost);
    log.debug({ action: 'demand.measured', ...cost });
  };

  return {
    admit(operation, variables, context) {
      const estimated = model.estimate(operation, variables);
      if (estimated <= max || config.mode === 'measure') {
        running.set(context, { operation, variables, estimated });
        return undefined;
      }
      report({
        operationName: operation.operation.name?.value,
        estimated,
        actual: null,
        result: 'COST_ESTIMATED_TOO_EXPENSIVE',
      });
      throw new GraphQLError(
        `The operation's estimated cost is ${estimated}, where at most ${max} is allowed. Ask for fewer items or fields.`,
        {
          extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', 'cost.estimated': estimated, 'cost.max': max },
        },
      );
    },
    finishResult(result, context) {
      const started = running.get(context);
      if (!started || !('data' in result)) return result;
      running.delete(context);
      const { operation, variables, estimated } = started;
      report({
        operationName: operation.operation.name?.value,
        estimated,
        actual: model.measure(operation, variables, result.data),
        result: estimated > max ? 'COST_ESTIMATED_TOO_EXPENSIVE' : 'COST_OK',
      });
      return result;
    },
  };
}
