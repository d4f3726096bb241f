import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../request/context.ts';

/** One subscription, as it is sent to a subgraph. */
export interface UpstreamRequest {
  readonly subgraph: string;
  readonly query: string;
  /** `{"query":…,"variables":…` as JSON text, without the closing brace. */
  readonly body: string;
  readonly context: RequestContext;
  /** Headers of the client that the configuration passes on to this subgraph. Null: none. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** Whether it may be sent again with a cursor, and so replays the past. */
  readonly isResumable: boolean;
}

/** Subscriptions to subgraphs. */
export interface Upstreams extends Disposable {
  /** @returns stops the operation at once */
  subscribe(request: UpstreamRequest, listener: UpstreamListener): () => void;
}

/** What becomes of one operation at a subgraph. Nothing is called after `failed`, `completed` or `lost`. */
export interface UpstreamListener {
  /** One event: a GraphQL result as JSON text. */
  next(payload: string): void;
  /** The subgraph refused the operation. */
  failed(errors: readonly GraphQLFormattedError[]): void;
  completed(): void;
  /**
   * The connection is gone, and the operation with it; the operation may be sent again.
   * @param wasSent whether the subgraph had received the operation
   */
  lost(reason: string, wasSent: boolean): void;
}
