import type { DeferredNode, PlanNode } from '@apollo/query-planner';
import { compilePlan } from '../plan/compile.ts';
import type { PlanStep } from '../plan/execution.ts';
import type { TypeIndex } from '../plan/type.index.ts';

/** The fetches of one deferred fragment. */
export interface DeferredBlock {
  /** The id of the fragment. */
  readonly id: string;
  /** Ids of the fetches in outer blocks that it depends on. */
  readonly depends: readonly string[];
  /** Null if the outer blocks fetch all of its fields. */
  readonly run: PlanStep | null;
  /** Blocks of the deferred fragments within it. */
  readonly blocks: readonly DeferredBlock[];
}

/** A plan in parts: the fetches of the first part, and the deferred blocks. */
export interface PlanInParts {
  readonly run: PlanStep | null;
  readonly blocks: readonly DeferredBlock[];
}

/** Compiles a plan. The result has no blocks if the plan defers nothing. */
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
