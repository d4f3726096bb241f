import type { IncomingHttpHeaders } from 'node:http';
import type { Viewer } from '../identity.ts';
import type { Logger } from '../log.ts';

/** What every operation of a subgraph knows; each service adds its entity manager, loaders and services. */
export interface OperationContext {
  /** Null when nobody is signed in. */
  readonly viewer: Viewer | null;
  readonly requestId: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Aborted when the client has gone, and when a subscription ends for any reason. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Adds a header to the answer; left out where there is none to add to: events of a subscription. */
  appendHeader?(name: string, value: string): void;
}

/** Makes the context of one operation; for a subscription, of each of its events, so that no loader serves stale rows. */
export type CreateContext<Context extends OperationContext> = (
  operation: OperationContext,
) => Context | Promise<Context>;
