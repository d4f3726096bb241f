import type { IncomingHttpHeaders } from 'node:http';
import type { Viewer } from '../identity.ts';
import type { Logger } from '../log.ts';

/** The context of every operation of a subgraph. Each service adds its entity manager, loaders and services. */
export interface OperationContext {
  /** Null for an anonymous request. */
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Aborts when the client has disconnected, and when a subscription ends for any reason. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Adds a header to the answer. Undefined for events of a subscription, which have no headers. */
  appendHeader?(name: string, value: string): void;
}

/** Creates the context of one operation, or of each event of a subscription, so that no loader returns stale rows. */
export type CreateContext<Context extends OperationContext> = (
  operation: OperationContext,
) => Context | Promise<Context>;
