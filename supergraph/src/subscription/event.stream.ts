import type { GraphQLFormattedError } from 'graphql';
import { toClientErrors } from '../plan/fetch.errors.ts';
import { checkAnswer } from '../plan/subgraph.answer.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import { withOrigin } from '../request/error.origin.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import { iterateStream } from '../transport/event.iterator.ts';
import { ClientDelivery, type DeliveryOwner, isPlainEvent } from './client.delivery.ts';
import { changeContext } from './context.change.ts';
import { EventCursor } from './event.cursor.ts';
import type { StreamScope, StreamTerms } from './stream.scope.ts';
import { type LinkOwner, SubgraphLink } from './subgraph.link.ts';
import { isSamePrimary, toRequestBody } from './subscription.plan.ts';
import type { StreamLimits } from './subscription.settings.ts';
import type { UpstreamListener } from './upstream.ts';

const COMPLETE: GraphQLResult = {};
const TOO_SLOW = withOrigin<GraphQLFormattedError>(
  {
    message:
      'The client is too slow for this subscription. Subscribe again, from extensions.resumeAfterSeq if it is there.',
    extensions: { code: 'SUBSCRIPTION_TOO_SLOW' },
  },
  { fault: { by: 'client' } },
);

/**
 * - `open`: events are taken in.
 * - `ending`: nothing more is taken in; what waits is delivered before the end.
 * - `ended`: the client hears nothing more.
 */
type StreamState = 'open' | 'ending' | 'ended';

/**
 * One client's subscription: from the subgraph's event to the client's sink, in order. What a slow client or a slow
 * completion leaves waiting is bounded: beyond it the link to the subgraph is let go, and opened again after the last cursor
 * when the client has caught up. In the same way the stream goes on after the connection to the subgraph broke off.
 */
export class EventStream implements SubscriptionStream, LinkOwner, DeliveryOwner {
  readonly #link = new SubgraphLink(this);
  readonly #delivery = new ClientDelivery(this);
  #state: StreamState = 'open';
  /** What the client hears last. */
  #end: GraphQLResult = COMPLETE;
  /** After the last event taken in. */
  readonly #taken = new EventCursor();
  #slowTimer: NodeJS.Timeout | undefined;
  /** Takes effect when what waits has been delivered. */
  #nextTerms: StreamTerms | null = null;
  #scope: StreamScope;
  #context: RequestContext;
  readonly startedAtMs = Date.now();

  /** @param onEnd called once, when the stream takes and delivers nothing more */
  constructor(
    scope: StreamScope,
    private readonly onEnd: (stream: EventStream) => void,
  ) {
    this.#scope = scope;
    this.#context = scope.context;
  }

  get scope(): StreamScope {
    return this.#scope;
  }

  get limits(): StreamLimits {
    return this.#scope.limits;
  }

  get isResumable(): boolean {
    return this.#scope.plan.resumption !== null;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Events that wait. */
  get queued(): number {
    return this.#delivery.queued;
  }

  get identity(): Identity | null {
    return this.#context.identity;
  }

  get context(): RequestContext {
    return this.#context;
  }

  attach(sink: EventSink): void {
    this.#delivery.attach(sink);
    if (this.hasEnded) this.#delivery.finish(this.#end, this.#taken);
    else this.#link.open();
  }

  resume(): void {
    this.#slowTimer?.refresh();
    this.#delivery.resume();
  }

  stop(): void {
    this.#close();
  }

  /** Takes a fresh token of the same viewer: later requests to subgraphs carry it. */
  renew(identity: Identity): void {
    this.#context = changeContext(this.#context, { identity });
  }

  /**
   * Goes on by what a new supergraph or configuration says: at once where the subgraph's operation stays the same, else by
   * resuming. False when it cannot go on without losing events.
   */
  changeTerms(terms: StreamTerms): boolean {
    const { plan } = this.#scope;
    if (!this.#delivery.isAttached || (!this.#nextTerms && isSamePrimary(plan, terms.plan))) {
      this.#scope = { ...this.#scope, ...terms };
      return true;
    }
    // The events that still wait belong to the old plan, and none follows them.
    if (this.#state !== 'open') return true;
    if (!plan.resumption || !terms.plan.resumption) return false;
    this.#link.leave();
    this.#nextTerms = terms;
    this.#delivery.pump();
    return true;
  }

  /** Ends at once, what waits left out. Without an error the client sees it complete. */
  endNow(error?: GraphQLFormattedError): void {
    if (this.hasEnded) return;
    this.#end = error ? { errors: [error] } : COMPLETE;
    this.#close();
    if (this.#delivery.isAttached) this.#delivery.finish(this.#end, this.#taken);
  }

  [Symbol.asyncIterator](): AsyncIterator<GraphQLResult> {
    return iterateStream(this, this.#context.signal);
  }

  subscribe(listener: UpstreamListener): () => void {
    const { plan, variables, upstreams, headersFor } = this.#scope;
    const { subgraph, query } = plan.primary;
    const context = this.#context;
    return upstreams.subscribe(
      {
        subgraph,
        query,
        body: toRequestBody(plan, variables.raw, this.#cursor),
        context,
        headers: headersFor?.({ subgraph, query, kind: 'subscription' }, context) ?? null,
        isResumable: this.isResumable,
      },
      listener,
    );
  }

  arrived(payload: string): void {
    if (this.#state !== 'open') return;
    try {
      const isPlain = isPlainEvent(payload);
      const { resumption } = this.#scope.plan;
      if (!this.#delivery.hasRoomFor(payload, this.#taken)) {
        this.#letGo();
        return;
      }
      if (resumption) this.#taken.moveTo(payload, isPlain, resumption);
      this.#delivery.take(payload, isPlain);
    } catch (error) {
      this.failed(error);
    }
  }

  refused(errors: readonly GraphQLFormattedError[]): void {
    const { primary } = this.#scope.plan;
    const { errors: readable = [] } = checkAnswer({ errors: [...errors] }, primary.subgraph, null);
    this.#endWhenDrained({ errors: toClientErrors(primary, { errors: readable }, {}, null) });
  }

  completed(): void {
    this.#endWhenDrained(COMPLETE);
  }

  reconnects(): void {
    this.#scope.watch?.resumes('lost_connection');
  }

  brokeOff(reason: string): void {
    const service = this.#subgraph;
    const message = `The subscription to '${service}' broke off: ${reason}. Subscribe again.`;
    const error = { message, extensions: { code: 'SUBREQUEST_WS_ERROR', service, reason } };
    this.#endWhenDrained({ errors: [withOrigin(error, { fault: { by: 'subgraph', subgraphs: [service] } })] });
  }

  failedToAsk(error: unknown): void {
    const service = this.#subgraph;
    this.#scope.log.error({ action: 'subscription.unsent', requestId: this.#context.id, subgraph: service, error });
    const message = `The subscription to '${service}' could not be sent.`;
    queueMicrotask(() => this.endNow({ message, extensions: { code: 'SUBREQUEST_WS_ERROR', service } }));
  }

  drained(): void {
    if (this.#state === 'ending') {
      this.#close();
      this.#delivery.finish(this.#end, this.#taken);
    } else if (this.#link.state === 'idle' && this.#delivery.takesMore) {
      clearTimeout(this.#slowTimer);
      this.#slowTimer = undefined;
      this.#takeNextTerms();
      this.#link.open();
    }
  }

  failed(error: unknown): void {
    const service = this.#subgraph;
    this.#scope.log.error({ action: 'subscription.failed', requestId: this.#context.id, subgraph: service, error });
    const message = `An event of '${service}' could not be read or completed.`;
    this.endNow({ message, extensions: { code: 'INVALID_SUBGRAPH_EVENT', service } });
  }

  get #subgraph(): string {
    return this.#scope.plan.primary.subgraph;
  }

  /** Of the last event taken in; undefined before the first that has one. */
  get #cursor(): unknown {
    const { resumption } = this.#scope.plan;
    return resumption ? this.#taken.read(resumption) : undefined;
  }

  /** The client is too slow, or the completion: the subgraph sends events that were not taken in again when there is room. */
  #letGo(): void {
    this.#link.leave();
    this.#slowTimer ??= setTimeout(() => {
      // A slow completion has timeouts of its own.
      if (this.#delivery.takesMore) return;
      this.#scope.watch?.endsTooSlow();
      this.endNow(TOO_SLOW);
    }, this.limits.slowClientMs);
    if (this.#cursor !== undefined) {
      this.#scope.watch?.resumes('slow_client');
    } else {
      this.#scope.watch?.endsTooSlow();
      this.#endWhenDrained({ errors: [TOO_SLOW] });
    }
  }

  #takeNextTerms(): void {
    if (!this.#nextTerms) return;
    // Read now: under the next plan the cursor may be at another place of an event.
    this.#taken.settle(this.#scope.plan.resumption);
    this.#scope = { ...this.#scope, ...this.#nextTerms };
    this.#nextTerms = null;
  }

  #endWhenDrained(end: GraphQLResult): void {
    if (this.#state !== 'open') return;
    this.#end = end;
    this.#state = 'ending';
    this.#delivery.pump();
  }

  #close(): void {
    if (this.hasEnded) return;
    this.#state = 'ended';
    clearTimeout(this.#slowTimer);
    this.#link.leave();
    this.#delivery.discard();
    this.onEnd(this);
  }
}
