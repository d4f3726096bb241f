import { createHash } from 'node:crypto';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { AppError } from '@vibecode/platform/errors';
import { createSubgraphsOfField, type SubgraphsOfField } from '../plan/field.subgraphs.ts';
import { createSplitByType, type SplitByType } from '../plan/interface.objects.ts';
import { hasPartialUnions } from '../plan/partial.unions.ts';
import { createSplitByArguments, type SplitByArguments } from '../plan/required.arguments.ts';
import { createRequirementPlanner, type PlanWithRequirements } from '../plan/requirement.planner.ts';
import '../plan/resolvable.keys.ts';
import { createResponseKeys, type ResponseKeys } from '../plan/response.keys.ts';
import { createTypeIndex, type TypeIndex } from '../plan/type.index.ts';
import { hasUnimplementedInterfaces } from '../plan/unplanned.fields.ts';
import type { ServedSchema } from '../request/served.schema.ts';

/** A composed supergraph, ready to plan and execute operations. */
export interface LoadedSupergraph extends ServedSchema {
  /** The API schema for Apollo's planner, which has its own schema classes. */
  readonly planningSchema: Schema;
  readonly planWithRequirements: PlanWithRequirements;
  /** An operation with more paths is refused: see the option of this name. */
  readonly pathsLimit: number;
  /** Whether subgraphs know different types of one union or interface. */
  readonly hasPartialUnions: boolean;
  /** Whether a subgraph has an interface without a type that implements it: see the function of this name. */
  readonly hasUnimplementedInterfaces: boolean;
  readonly types: TypeIndex;
  readonly subgraphsOf: SubgraphsOfField;
  readonly responseKeys: ResponseKeys;
  readonly splitByArguments: SplitByArguments;
  readonly splitByType: SplitByType;
  /** Labels of progressive overrides (`@override(label:)`): which of them are on is decided for each request. */
  readonly overrideLabels: readonly string[];
  readonly overrideSubgraphUrls: Readonly<Record<string, string>>;
  /** Whether `@defer` is in the schema. */
  readonly defer: boolean;
}

class InvalidSupergraphError extends AppError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super('GATEWAY_INVALID_SUPERGRAPH', `This is not a composed supergraph that can be served: ${reason}`, { cause });
  }
}

export const DEFAULT_PATHS_LIMIT = 10_000;

export interface LoadSupergraphOptions {
  /** Routing URLs by subgraph name that replace those in the supergraph. */
  readonly overrideSubgraphUrls?: Readonly<Record<string, string>>;
  /** Whether `@defer` is in the schema. Default true. */
  readonly defer?: boolean;
  /**
   * Paths through the subgraphs that the planner compares for one selection; an operation with more is refused. Their
   * number multiplies with each level of some selections, so that without a limit one short query could take minutes.
   * Default 10,000.
   */
  readonly pathsLimit?: number;
}

/** @throws InvalidSupergraphError for SDL that is not a federation supergraph, or needs a feature unknown here */
export function loadSupergraph(
  sdl: string,
  { overrideSubgraphUrls = {}, defer = true, pathsLimit = DEFAULT_PATHS_LIMIT }: LoadSupergraphOptions = {},
): LoadedSupergraph {
  try {
    // Composition has validated it; doing so again would double the time to ready.
    const supergraph = Supergraph.build(sdl, {
      supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
      validateSupergraph: false,
    });
    const planningSchema = supergraph.apiSchema();
    const apiSchema = planningSchema.toGraphQLJSSchema(defer ? { includeDefer: true } : {});
    const types = createTypeIndex(supergraph.schema);
    const plannerConfig = { incrementalDelivery: { enableDefer: defer }, debug: { pathsLimit } };
    const planner = new QueryPlanner(supergraph, plannerConfig);
    return {
      sdl,
      hash: createHash('sha256').update(sdl).digest('hex'),
      apiSchema,
      planningSchema,
      fullSchema: supergraph.schema,
      planWithRequirements: createRequirementPlanner(supergraph, planner, types, plannerConfig),
      pathsLimit,
      hasPartialUnions: hasPartialUnions(supergraph.schema, supergraph.subgraphs()),
      hasUnimplementedInterfaces: hasUnimplementedInterfaces(supergraph.schema, supergraph.subgraphs()),
      types,
      subgraphsOf: createSubgraphsOfField(supergraph.schema, readGraphNames(supergraph)),
      responseKeys: createResponseKeys(supergraph.schema),
      splitByArguments: createSplitByArguments(supergraph.schema, apiSchema),
      splitByType: createSplitByType(supergraph.schema, apiSchema),
      overrideLabels: collectOverrideLabels(supergraph.schema),
      subgraphs: new Map(
        supergraph.subgraphsMetadata().map(({ name, url }) => [name, overrideSubgraphUrls[name] ?? url]),
      ),
      overrideSubgraphUrls,
      defer,
    };
  } catch (cause) {
    throw new InvalidSupergraphError(cause);
  }
}

/** Names of subgraphs by their values in the enum `join__Graph`. */
function readGraphNames(supergraph: Supergraph): ReadonlyMap<string, string> {
  return new Map([...supergraph.subgraphNameToGraphEnumValue()].map(([name, graph]) => [graph, name]));
}

function collectOverrideLabels(schema: Schema): string[] {
  const labels = new Set<string>();
  for (const { name } of schema.directives()) {
    if (name !== 'join__field') continue;
    for (const application of schema.directive(name)?.applications() ?? []) {
      const { overrideLabel } = application.arguments() as { overrideLabel?: string };
      if (overrideLabel) labels.add(overrideLabel);
    }
  }
  return [...labels];
}
