import type { CancelSignal } from '../request/cancellation.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { OperationType } from '../request/message.ts';

export interface RawResponse {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

/** One request to a subgraph, whichever instance takes it. */
export interface SubgraphCall {
  readonly kind: OperationType;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
  /** Time left for the whole answer. */
  readonly timeoutMs: number;
  /** Its reason is what the call rejects with. */
  readonly signal: CancelSignal;
}

/**
 * Sends a call. What shapes traffic (retries, a breaker, limits) wraps one `Send` in another when the client is made: what is
 * off is not there.
 * @throws SubgraphCallError, or the signal's reason
 */
export type Send = (call: SubgraphCall) => Promise<RawResponse>;
