import type { GatewayHooks } from '../request/hooks.ts';
import type { PlanStore } from './plan.store.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** Told what work operations made, for metrics. */
export interface PreparationListener {
  parsed(durationMs: number): void;
  planned(durationMs: number): void;
  planFound(): void;
}

export interface OperationStoreOptions {
  readonly supergraph: LoadedSupergraph;
  readonly hooks?: GatewayHooks;
  /** Operations kept, the least recently used dropped beyond it. Default 1,000. */
  readonly maxOperations?: number;
  readonly onPrepared?: PreparationListener;
  /** Whether `__schema` and `__type` may be asked. Default true. */
  readonly introspection?: boolean;
  /** Whether introspection may nest its lists deeply. Default false. */
  readonly deepIntrospection?: boolean;
  /** Told of unknown fields of input objects, which are let through then. Left out: they are an error. */
  readonly onUnknownInput?: (message: string) => void;
  /** Plans that instances share. Left out: each makes its own. */
  readonly plans?: PlanStore | undefined;
}

/** Operations kept, unless the options say how many. */
export const MAX_OPERATIONS = 1_000;
