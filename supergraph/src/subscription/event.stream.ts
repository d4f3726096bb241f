import type { GraphQLFormattedError } from 'graphql';
import { toClientErrors } from '../plan/fetch.errors.ts';
import { checkAnswer } from '../plan/subgraph.answer.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import type { EventSink, GraphQLResult, SubgraphRequest, SubscriptionStream } from '../request/message.ts';
import type { StreamWatch } from '../telemetry/stream.watch.ts';
import { iterateStream } from '../transport/event.iterator.ts';
import { changeContext } from './context.change.ts';
import { type CompletionScope, completeEvent, completeEvents } from './event.completion.ts';
import { EventCursor } from './event.cursor.ts';
import { EventQueue } from './event.queue.ts';
import { isSamePrimary, type SubscriptionPlan, toRequestBody } from './subscription.plan.ts';
import type { StreamLimits } from './subscription.settings.ts';
import type { UpstreamListener, UpstreamRequest, Upstreams } from './upstream.ts';

/** What a reload may change of a stream that runs. */
export interface StreamTerms {
  readonly plan: SubscriptionPlan;
  readonly refusals: readonly GraphQLFormattedError[];
  readonly finishesAll: boolean;
}

export interface StreamScope extends CompletionScope {
  readonly upstreams: Upstreams;
  readonly limits: StreamLimits;
  /** Masks errors and the like: called for events with errors, for all when `finishesAll`. */
  readonly finish: (result: GraphQLResult, context: RequestContext) => GraphQLResult;
  readonly finishesAll: boolean;
  /** Headers of the client that go on to the subgraph, as far as they concern more than one request. */
  readonly headersFor?: (request: SubgraphRequest, context: RequestContext) => Readonly<Record<string, string>> | null;
  readonly onEnd: (stream: EventStream) => void;
  /** Measures the events. */
  readonly watch?: StreamWatch;
}

const MAX_RETRY_MS = 5_000;
const STEADY_MS = 10_000;
const COMPLETE: GraphQLResult = {};
const TOO_SLOW: GraphQLFormattedError = {
  message:
    'The client is too slow for this subscription. Subscribe again, from extensions.resumeAfterSeq if it is there.',
  extensions: { code: 'SUBSCRIPTION_TOO_SLOW' },
};

/**
 * One client's subscription: from the subgraph's event to the client's sink, in order. What a slow client or a slow rest
 * leaves waiting is bounded: beyond it the subgraph's stream is let go, and asked again from the last cursor when the
 * client has caught up. In the same way it goes on after the connection to the subgraph broke off.
 */
export class EventStream implements SubscriptionStream, UpstreamListener {
  #sink: EventSink | null = null;
  #queue: EventQueue | null = null;
  #stopUpstream: (() => void) | null = null;
  #retryTimer: NodeJS.Timeout | undefined;
  /** In a row, since an event came or a connection held. */
  #attempts = 0;
  #askedAtMs = 0;
  /** Whether the subgraph was ever asked. */
  #hasBegun = false;
  /** After the last event taken in. */
  readonly #taken = new EventCursor();
  /** After the last event that the client was given; null where nothing waits, and it is the same. */
  #given: EventCursor | null = null;
  #slowTimer: NodeJS.Timeout | undefined;
  /** Takes effect when what waits has been delivered. */
  #nextTerms: StreamTerms | null = null;
  #sinkTakesMore = true;
  #restRuns = false;
  #waitsForClient = false;
  /** What comes after all that waits. */
  #end: GraphQLResult | null = null;
  #hasEnded = false;
  #context: RequestContext;
  readonly startedAtMs = Date.now();

  constructor(private scope: StreamScope) {
    this.#context = scope.context;
  }

  /** Events that wait. */
  get queued(): number {
    return this.#queue?.length ?? 0;
  }

  get identity(): Identity | null {
    return this.#context.identity;
  }

  get context(): RequestContext {
    return this.#context;
  }

  attach(sink: EventSink): void {
    this.#sink = sink;
    if (this.#hasEnded) this.#finish(this.#end ?? COMPLETE);
    else this.#connect();
  }

  resume(): void {
    this.#sinkTakesMore = true;
    this.#slowTimer?.refresh();
    this.#pump();
  }

  stop(): void {
    this.#close();
  }

  /** A fresh token of the same viewer: what is asked from now on is asked with it. */
  renew(identity: Identity): void {
    this.#context = changeContext(this.#context, { identity });
  }

  /**
   * Goes on by what a new supergraph or configuration says: at once where the subgraph is asked the same as before, else by
   * resuming. False when it cannot go on without losing events.
   */
  changeTerms(terms: StreamTerms): boolean {
    const { plan } = this.scope;
    if (!this.#sink || (!this.#nextTerms && isSamePrimary(plan, terms.plan))) {
      this.scope = { ...this.scope, ...terms };
      return true;
    }
    // What still waits was asked for by the old plan, and nothing follows it.
    if (this.#end) return true;
    if (!plan.resumption || !terms.plan.resumption) return false;
    this.#leaveUpstream();
    this.#nextTerms = terms;
    this.#pump();
    return true;
  }

  /** Ends at once, what waits left out. Without an error the client sees it complete. */
  endNow(error?: GraphQLFormattedError): void {
    if (this.#hasEnded) return;
    this.#end = error ? { errors: [error] } : COMPLETE;
    this.#close();
    if (this.#sink) this.#finish(this.#end);
  }

  [Symbol.asyncIterator](): AsyncIterator<GraphQLResult> {
    return iterateStream(this, this.#context.signal);
  }

  next(payload: string): void {
    if (this.#hasEnded || this.#end) return;
    try {
      this.#take(payload);
    } catch {
      this.#fail();
    }
  }

  #take(payload: string): void {
    this.#attempts = 0;
    this.#hasBegun = true;
    const isPlain = isPlainEvent(payload);
    const { plan, limits } = this.scope;
    if (!plan.rest && this.#sinkTakesMore && !this.#restRuns && !this.#queue?.length) {
      if (plan.resumption) this.#taken.moveTo(payload, isPlain, plan.resumption);
      this.#deliver(payload, isPlain);
      return;
    }
    if (!this.#queue) {
      this.#queue = new EventQueue(limits.maxEvents, limits.maxBytes);
      if (plan.resumption) this.#given = EventCursor.copyOf(this.#taken);
    }
    if (!this.#queue.hasRoomFor(payload)) {
      this.#letGo();
      return;
    }
    if (plan.resumption) this.#taken.moveTo(payload, isPlain, plan.resumption);
    this.#queue.push(payload);
    this.#pump();
  }

  failed(errors: readonly GraphQLFormattedError[]): void {
    this.#stopUpstream = null;
    const { primary } = this.scope.plan;
    const { errors: readable = [] } = checkAnswer({ errors: [...errors] }, primary.subgraph, null);
    this.#endAfterQueue({ errors: toClientErrors(primary, { errors: readable }, {}, null) });
  }

  completed(): void {
    this.#stopUpstream = null;
    this.#endAfterQueue(COMPLETE);
  }

  lost(reason: string, wasSent: boolean): void {
    this.#stopUpstream = null;
    if (this.#hasEnded || this.#end) return;
    const { plan, limits } = this.scope;
    this.#hasBegun ||= wasSent;
    // A connection that held for a while was a success, though nothing may have happened on it.
    if (wasSent && performance.now() - this.#askedAtMs > STEADY_MS) this.#attempts = 0;
    if (this.#attempts < this.#maxAttempts()) {
      this.scope.watch?.resumes('lost_connection');
      const backoffMs = Math.min(limits.retryMs * 2 ** this.#attempts, MAX_RETRY_MS) * (0.5 + Math.random() / 2);
      const delayMs = this.#hasBegun && !plan.resumption ? limits.reconnectMs : backoffMs;
      this.#attempts += 1;
      this.#retryTimer = setTimeout(() => this.#connect(), delayMs);
      return;
    }
    const service = plan.primary.subgraph;
    const message = `The subscription to '${service}' broke off: ${reason}. Subscribe again.`;
    this.#endAfterQueue({ errors: [{ message, extensions: { code: 'SUBREQUEST_WS_ERROR', service, reason } }] });
  }

  #maxAttempts(): number {
    const { plan, limits } = this.scope;
    // Nothing was asked, so nothing can be lost by asking another instance.
    if (!this.#hasBegun) return limits.maxFirstAttempts;
    return plan.resumption ? limits.maxAttempts : limits.maxReconnects;
  }

  #connect(): void {
    this.#askedAtMs = performance.now();
    try {
      this.#subscribe();
    } catch {
      const service = this.scope.plan.primary.subgraph;
      const message = `The subscription to '${service}' could not be sent.`;
      queueMicrotask(() => this.endNow({ message, extensions: { code: 'SUBREQUEST_WS_ERROR', service } }));
    }
  }

  #subscribe(): void {
    const { plan, variables, upstreams, headersFor } = this.scope;
    const { subgraph, query } = plan.primary;
    const context = this.#context;
    const request: UpstreamRequest = {
      subgraph,
      query,
      body: toRequestBody(plan, variables.raw, this.#cursor()),
      context,
      headers: headersFor?.({ subgraph, query, kind: 'subscription' }, context) ?? null,
      isResumable: plan.resumption !== null,
    };
    this.#stopUpstream = upstreams.subscribe(request, this);
  }

  #cursor(): unknown {
    const { resumption } = this.scope.plan;
    return resumption ? this.#taken.read(resumption) : undefined;
  }

  /** The client is too slow, or the rest: the events not taken in are asked again when there is room. */
  #letGo(): void {
    this.#leaveUpstream();
    this.#slowTimer ??= setTimeout(() => {
      // A slow rest has timeouts of its own.
      if (this.#sinkTakesMore) return;
      this.scope.watch?.endsTooSlow();
      this.endNow(TOO_SLOW);
    }, this.scope.limits.slowClientMs);
    if (this.scope.plan.resumption && this.#cursor() !== undefined) {
      this.#waitsForClient = true;
      this.scope.watch?.resumes('slow_client');
    } else {
      this.scope.watch?.endsTooSlow();
      this.#endAfterQueue({ errors: [TOO_SLOW] });
    }
  }

  #leaveUpstream(): void {
    if (this.#stopUpstream) this.#hasBegun = true;
    clearTimeout(this.#retryTimer);
    this.#stopUpstream?.();
    this.#stopUpstream = null;
  }

  #pump(): void {
    const { plan } = this.scope;
    while (this.#sinkTakesMore && !this.#restRuns && !this.#hasEnded && this.#queue?.length) {
      if (plan.rest) {
        void this.#runRest(this.#queue);
        return;
      }
      const payload = this.#queue.shift() as string;
      this.#deliver(payload, isPlainEvent(payload));
      this.#noteGiven(payload);
    }
    if (this.#hasEnded || this.#restRuns || this.#queue?.length) return;
    this.#queue = null;
    this.#given = null;
    if (this.#end) {
      this.#close();
      this.#finish(this.#end);
    } else if ((this.#waitsForClient || this.#nextTerms) && this.#sinkTakesMore) {
      this.#waitsForClient = false;
      clearTimeout(this.#slowTimer);
      this.#slowTimer = undefined;
      this.#takeNextTerms();
      this.#connect();
    }
  }

  #takeNextTerms(): void {
    if (!this.#nextTerms) return;
    // Under the next plan it may be at another place of an event.
    this.#cursor();
    this.scope = { ...this.scope, ...this.#nextTerms };
    this.#nextTerms = null;
  }

  #noteGiven(payload: string): void {
    const { resumption } = this.scope.plan;
    if (resumption) this.#given?.moveTo(payload, isPlainEvent(payload), resumption);
  }

  async #runRest(queue: EventQueue): Promise<void> {
    const { limits } = this.scope;
    const batch: string[] = [];
    while (batch.length < limits.maxBatch && queue.length) batch.push(queue.shift() as string);
    this.#restRuns = true;
    const span = this.scope.watch?.startCompletion(this.#context, batch.length);
    try {
      const results = await completeEvents(batch, { ...this.scope, context: this.#context });
      if (this.#hasEnded) return;
      for (const result of results) this.#send(result);
      for (const payload of batch) this.#noteGiven(payload);
    } catch {
      this.#fail();
    } finally {
      span?.end();
    }
    this.#restRuns = false;
    this.#pump();
  }

  #deliver(payload: string, isPlain: boolean): void {
    const { plan, finishesAll } = this.scope;
    if (isPlain && plan.isForwarded && !finishesAll) {
      this.scope.watch?.forwarded(this.#context);
      this.#sinkTakesMore = this.#sink?.next(payload) ?? true;
      return;
    }
    let result: GraphQLResult;
    try {
      result = completeEvent(payload, this.scope);
    } catch {
      this.#fail();
      return;
    }
    this.#send(result);
  }

  #send(result: GraphQLResult): void {
    const { finish, finishesAll } = this.scope;
    if (result.errors) this.#context.watch?.note(result.errors);
    const finished = finishesAll || result.errors ? finish(result, this.#context) : result;
    this.scope.watch?.sent();
    this.#sinkTakesMore = this.#sink?.next(JSON.stringify(finished)) ?? true;
  }

  #endAfterQueue(end: GraphQLResult): void {
    if (this.#hasEnded || this.#end) return;
    this.#end = end;
    this.#pump();
  }

  #fail(): void {
    const service = this.scope.plan.primary.subgraph;
    const message = `An event of '${service}' could not be read or completed.`;
    this.endNow({ message, extensions: { code: 'INVALID_SUBGRAPH_EVENT', service } });
  }

  #finish(end: GraphQLResult): void {
    if (end.errors) this.#send(this.#withCursor(end));
    this.#sink?.complete();
  }

  /** Whoever subscribes again can go on after the last event that arrived, selected or not. */
  #withCursor({ errors: [first, ...others] = [] }: GraphQLResult): GraphQLResult {
    const { resumption } = this.scope.plan;
    const resumeAfterSeq = resumption ? (this.#given ?? this.#taken).read(resumption) : undefined;
    if (!first || resumeAfterSeq === undefined) return { errors: first ? [first, ...others] : [] };
    return { errors: [{ ...first, extensions: { ...first.extensions, resumeAfterSeq } }, ...others] };
  }

  #close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#slowTimer);
    this.#leaveUpstream();
    this.#queue = null;
    this.scope.onEnd(this);
  }
}

/** Whether an event is data and nothing else, as far as its text tells: quotes within strings are escaped. */
function isPlainEvent(payload: string): boolean {
  return payload.startsWith('{"data":{') && !payload.includes('"errors":') && !payload.includes('"extensions":');
}
