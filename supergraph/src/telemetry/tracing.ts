import { createTraceState, ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import type { SpanExporting } from '@vibecode/platform/telemetry';
import type { RequestContext } from '../request/context.ts';
import { OperationTrace, RecordedTrace, toTraceparent } from './operation.trace.ts';

export interface TracingOptions {
  /** Receivers of spans. Null: the clients' trace ids are passed on, and new ones are created only with `makesIds`. */
  readonly exporting: SpanExporting | null;
  /** Ratio of the operations that are recorded, 0 to 1. */
  readonly sampler: number;
  /** Whether the client's sampling decision takes precedence. */
  readonly isParentBased: boolean;
  /** Whether the clients' `traceparent` and `tracestate` are used. */
  readonly takesTraceContext: boolean;
  /** Whether the clients' `baggage` is passed on to subgraphs. */
  readonly takesBaggage: boolean;
  /** Whether an operation without a trace id gets one. */
  readonly makesIds: boolean;
}

const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:$|-)/;

/** Decides for each operation whether it is recorded. An operation that is not recorded creates no span. */
export class Tracing {
  readonly #tracer: Tracer | null;

  constructor(private readonly options: TracingOptions) {
    this.#tracer = options.exporting?.tracer ?? null;
  }

  begin(headers: RequestContext['headers'], path: string): OperationTrace {
    const { takesTraceContext, takesBaggage, isParentBased, sampler, makesIds } = this.options;
    const traceparent = takesTraceContext ? headers.traceparent : undefined;
    const tracestate = takesTraceContext ? headers.tracestate : undefined;
    const baggage = takesBaggage ? headers.baggage : undefined;
    if (!this.#tracer) {
      return new OperationTrace(traceparent ?? (makesIds ? makeTraceparent() : undefined), tracestate, baggage, null);
    }
    const parent = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
    const isSampled =
      parent && isParentBased ? (Number.parseInt(parent[3] as string, 16) & 1) === 1 : Math.random() < sampler;
    if (!isSampled) {
      const unsampled = parent ? `00-${parent[1]}-${parent[2]}-00` : makeTraceparent();
      return new OperationTrace(unsampled, parent ? tracestate : undefined, baggage, null);
    }
    const from = parent
      ? trace.setSpanContext(ROOT_CONTEXT, {
          traceId: parent[1] as string,
          spanId: parent[2] as string,
          traceFlags: TraceFlags.SAMPLED,
          isRemote: true,
          ...(tracestate && { traceState: createTraceState(tracestate) }),
        })
      : ROOT_CONTEXT;
    const root = this.#tracer.startSpan('router', { kind: SpanKind.SERVER, attributes: { 'url.path': path } }, from);
    return new OperationTrace(
      toTraceparent(root),
      parent ? tracestate : undefined,
      baggage,
      new RecordedTrace(this.#tracer, root, from),
    );
  }
}

/** Creates a `traceparent` for an unsampled trace, whose id relates the log lines of one operation. */
function makeTraceparent(): string {
  return `00-${randomHex()}${randomHex()}-${randomHex()}-00`;
}

/** @returns 16 random hexadecimal digits, not suitable for secrets */
function randomHex(): string {
  return randomPart() + randomPart();
}

function randomPart(): string {
  return ((Math.random() * 0x1_0000_0000) >>> 0).toString(16).padStart(8, '0');
}
