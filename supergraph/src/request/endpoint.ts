import type { Core } from '../pipeline/core.ts';
import type { GatewayHooks } from './hooks.ts';

/** A graph at a path of its own: the whole, or the part of it that a variant shows. */
export interface Endpoint {
  readonly core: Core;
  readonly hooks: GatewayHooks;
}

/** The endpoint in force; undefined once a reload has taken it away. */
export type EndpointInForce = () => Endpoint | undefined;
