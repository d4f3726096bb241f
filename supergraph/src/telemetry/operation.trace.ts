import { type Context, type HrTime, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { ObservedTrace, SpanRecorder } from '../request/observer.ts';

/** Records the spans of an operation. Created for sampled operations only. */
export class RecordedTrace implements SpanRecorder {
  readonly #ofRoot: Context;
  #ofExecution: Context;

  constructor(
    private readonly tracer: Tracer,
    readonly root: Span,
    parent: Context,
  ) {
    this.#ofRoot = trace.setSpan(parent, root);
    this.#ofExecution = this.#ofRoot;
  }

  /** Records a span that ends now. Times are those of `performance.now()`. */
  record(name: string, startMs: number): void {
    const span = this.tracer.startSpan(name, { startTime: toHrTime(startMs) }, this.#ofRoot);
    span.end(toHrTime(performance.now()));
  }

  /** Starts the span `execution`. Fetches are its children until it ends. */
  startExecution(): Span {
    const span = this.tracer.startSpan('execution', {}, this.#ofRoot);
    this.#ofExecution = trace.setSpan(this.#ofRoot, span);
    return span;
  }

  startFetch(subgraph: string, operationName: string | undefined): Span {
    const attributes = { 'subgraph.name': subgraph, 'subgraph.graphql.operation.name': operationName };
    return this.tracer.startSpan('fetch', { kind: SpanKind.CLIENT, attributes }, this.#ofExecution);
  }

  /** Starts a span for an event of a subscription, or for several that are completed together. */
  startEvent(subgraph: string, events: number): Span {
    const attributes = { 'subgraph.name': subgraph, 'subscription.events': events };
    const span = this.tracer.startSpan('subscription_event', { kind: SpanKind.CONSUMER, attributes }, this.#ofRoot);
    this.#ofExecution = trace.setSpan(this.#ofRoot, span);
    return span;
  }
}

/** An operation's place in a trace. */
export class OperationTrace implements ObservedTrace {
  constructor(
    /** Sent to subgraphs by fetches without a span of their own. */
    readonly traceparent: string | undefined,
    readonly tracestate: string | undefined,
    readonly baggage: string | undefined,
    readonly recorded: RecordedTrace | null,
  ) {}

  get traceId(): string | undefined {
    return this.traceparent?.slice(3, 35);
  }
}

/** Rounds to whole microseconds: Zipkin refuses a request with fractions, with all of its spans. */
function toHrTime(monotonicMs: number): HrTime {
  const microseconds = Math.round((performance.timeOrigin + monotonicMs) * 1_000);
  return [Math.floor(microseconds / 1e6), (microseconds % 1e6) * 1_000];
}

export function toTraceparent(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags === 0 ? '00' : '01'}`;
}

export function fail(span: Span, message: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
