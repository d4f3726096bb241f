import type { FetchNode } from '@apollo/query-planner';
import type { OperationType } from '../request/message.ts';
import { toFetchKey } from './fetched.entities.ts';
import type { PlanPath } from './path.ts';
import { compileRewrites, type Rewrite } from './rewrite.ts';
import type { TypeIndex } from './type.index.ts';

/** A fetch with everything that can be computed before an operation runs. */
export interface CompiledFetch {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: OperationType;
  readonly variableNames: readonly string[];
  readonly path: PlanPath;
  readonly types: TypeIndex;
  readonly rewriteOutput: Rewrite | null;
  /** Equal for fetches that request the same fields: see `FetchedEntities`. */
  readonly key: string;
  /** New names by the keys of the subgraph's answer that `rewriteOutput` renames. */
  readonly renames: ReadonlyMap<string | number, string>;
  /** The JSON text of the request's body up to its variables. */
  readonly bodyHead: string;
}

export function describeFetch(node: FetchNode, path: PlanPath, types: TypeIndex): CompiledFetch {
  const contextNames = new Set(node.contextRewrites?.map(({ renameKeyTo }) => renameKeyTo));
  return {
    subgraph: node.serviceName,
    ...describeOperation(node.operation, node.operationName),
    operationName: node.operationName,
    kind: node.operationKind,
    // A client's variable must not replace a value from the context (`@fromContext`).
    variableNames: (node.variableUsages ?? []).filter((name) => !contextNames.has(name)),
    path,
    types,
    rewriteOutput: compileRewrites(node.outputRewrites, types),
    key: toFetchKey(node.serviceName, node.operation),
    renames: collectRenames(node),
  };
}

function collectRenames({ outputRewrites = [] }: FetchNode): ReadonlyMap<string | number, string> {
  const renames = new Map<string | number, string>();
  for (const rewrite of outputRewrites) {
    const key = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && key !== undefined) renames.set(key, rewrite.renameKeyTo);
  }
  return renames;
}

/** The parts of a fetch that depend on the operation's text. */
export function describeOperation(
  query: string,
  operationName: string | undefined,
): Pick<CompiledFetch, 'query' | 'bodyHead'> {
  const name = operationName ? `,"operationName":${JSON.stringify(operationName)}` : '';
  return { query, bodyHead: `{"query":${JSON.stringify(query)}${name},"variables":` };
}
