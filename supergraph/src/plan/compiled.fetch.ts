import type { FetchNode } from '@apollo/query-planner';
import type { OperationType } from '../request/message.ts';
import { toFetchKey } from './fetched.entities.ts';
import type { PlanPath } from './path.ts';
import { compileRewrites, type Rewrite } from './rewrite.ts';
import type { TypeIndex } from './type.index.ts';

/** A fetch with all that is known before a request comes. */
export interface CompiledFetch {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: OperationType;
  readonly variableNames: readonly string[];
  readonly path: PlanPath;
  readonly types: TypeIndex;
  readonly rewriteOutput: Rewrite | null;
  /** The same for fetches that ask the same: see `FetchedEntities`. */
  readonly key: string;
  /** Keys of the subgraph's answer that `rewriteOutput` renames, and their names then. */
  readonly renames: ReadonlyMap<string | number, string>;
  /** The request's JSON up to its variables. */
  readonly bodyHead: string;
}

export function describeFetch(node: FetchNode, path: PlanPath, types: TypeIndex): CompiledFetch {
  const contextNames = new Set(node.contextRewrites?.map(({ renameKeyTo }) => renameKeyTo));
  return {
    subgraph: node.serviceName,
    ...describeOperation(node.operation, node.operationName),
    operationName: node.operationName,
    kind: node.operationKind,
    // A client must not set by a variable of its own what the context gives.
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

/** What of a fetch depends on the operation's text. */
export function describeOperation(
  query: string,
  operationName: string | undefined,
): Pick<CompiledFetch, 'query' | 'bodyHead'> {
  const name = operationName ? `,"operationName":${JSON.stringify(operationName)}` : '';
  return { query, bodyHead: `{"query":${JSON.stringify(query)}${name},"variables":` };
}
