import { type Context, type HrTime, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { ObservedTrace, SpanRecorder } from '../request/observer.ts';

/** The part of an operation's trace that records: made for sampled operations only. */
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

  /** Notes work that is done. Times are `performance.now()`'s. */
  record(name: string, startMs: number): void {
    const span = this.tracer.startSpan(name, { startTime: toHrTime(startMs) }, this.#ofRoot);
    span.end(toHrTime(performance.now()));
  }

  /** What is fetched until it ends is its child. */
  startExecution(): Span {
    const span = this.tracer.startSpan('execution', {}, this.#ofRoot);
    this.#ofExecution = trace.setSpan(this.#ofRoot, span);
    return span;
  }

  startFetch(subgraph: string, operationName: string | undefined): Span {
    const attributes = { 'subgraph.name': subgraph, 'subgraph.graphql.operation.name': operationName };
    return this.tracer.startSpan('fetch', { kind: SpanKind.CLIENT, attributes }, this.#ofExecution);
  }

  /** One event of a subscription, or several that are completed together. */
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
    /** For subgraphs, where no fetch has a span of its own. */
    readonly traceparent: string | undefined,
    readonly tracestate: string | undefined,
    readonly baggage: string | undefined,
    readonly recorded: RecordedTrace | null,
  ) {}

  get traceId(): string | undefined {
    return this.traceparent?.slice(3, 35);
  }
}

/** In whole microseconds: Zipkin refuses fractions, and with them all spans of a request. */
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
