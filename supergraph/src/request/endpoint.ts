import type { GatewayCore } from './context.ts';
import type { GatewayHooks } from './hooks.ts';

/** A graph at a path of its own: the whole, or the part of it that a variant shows. */
export interface Endpoint<Core extends GatewayCore = GatewayCore> {
  readonly core: Core;
  readonly hooks: GatewayHooks;
}
