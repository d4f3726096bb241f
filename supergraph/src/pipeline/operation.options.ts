import type { GatewayHooks } from '../request/hooks.ts';
import type { PlanStore } from './plan.store.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** Receives how long parsing and planning took, for metrics. */
interface PreparationListener {
  parsed(durationMs: number): void;
  planned(durationMs: number): void;
  /** The operation had a plan for these conditions already. */
  planFound(): void;
}

export interface OperationStoreOptions {
  readonly supergraph: LoadedSupergraph;
  readonly hooks?: GatewayHooks;
  /** Operations kept. Beyond that number the least recently used one is dropped. Default 1,000. */
  readonly maxOperations?: number;
  readonly onPrepared?: PreparationListener;
  /** Whether `__schema` and `__type` may be queried. Default true. */
  readonly introspection?: boolean;
  /** Whether introspection may nest its lists deeply. Default false. */
  readonly deepIntrospection?: boolean;
  /** Called with a message for each unknown field of an input object, which is then let through. Left out: an error. */
  readonly onUnknownInput?: (message: string) => void;
  /** Plans shared between gateway instances. Left out: each instance plans for itself. */
  readonly plans?: PlanStore | undefined;
}

/** Default of `maxOperations`. */
export const DEFAULT_MAX_OPERATIONS = 1_000;
