import type { DeferredNode, PlanNode } from '@apollo/query-planner';
import { compilePlan } from '../plan/compile.ts';
import type { PlanStep } from '../plan/execution.ts';
import type { TypeIndex } from '../plan/type.index.ts';

/** The fetches of one fragment that is deferred. */
export interface DeferredBlock {
  /** The id of the fragment. */
  readonly id: string;
  /** Ids of the fetches that it needs, of the blocks above it. */
  readonly depends: readonly string[];
  /** Null when what it shows is fetched above it. */
  readonly run: PlanStep | null;
  /** Those deferred within it. */
  readonly blocks: readonly DeferredBlock[];
}

/** A plan in parts: what is answered first, and what comes later. */
export interface PlanInParts {
  readonly run: PlanStep | null;
  readonly blocks: readonly DeferredBlock[];
}

/** A plan that defers nothing has no blocks. */
export function compileInParts(node: PlanNode | undefined, types: TypeIndex): PlanInParts {
  if (!node) return { run: null, blocks: [] };
  if (node.kind !== 'Defer') return { run: compilePlan(node, types), blocks: [] };
  const { primary, deferred } = node;
  return {
    run: primary.node ? compilePlan(primary.node, types) : null,
    blocks: deferred.map((block) => compileBlock(block, types)),
  };
}

function compileBlock({ label = '', depends, node }: DeferredNode, types: TypeIndex): DeferredBlock {
  return { id: label, depends: depends.map(({ id }) => id), ...compileInParts(node, types) };
}
