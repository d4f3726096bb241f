import { context, propagation, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type BufferConfig, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

export interface TelemetryOptions {
  readonly service: string;
  /** Base URL of a Zipkin server. */
  readonly zipkinUrl?: string;
  /** Base URL of an OTLP/HTTP receiver. */
  readonly otlpUrl?: string;
}

const tracer = trace.getTracer('vibecode');

/** Makes trace ids and carries them across awaits and services (W3C Trace Context); exports spans where a URL says so. */
export function startTelemetry({ service, zipkinUrl, otlpUrl }: TelemetryOptions): AsyncDisposable {
  const provider = createProvider({ service, exports: toSpanExports({ zipkinUrl, otlpUrl }) });
  provider.register();
  return { [Symbol.asyncDispose]: () => shutDown(provider) };
}

/** A receiver of spans. */
export interface SpanExport {
  readonly kind: 'zipkin' | 'otlp';
  /** With its path. OTLP goes over HTTP as JSON. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly batch?: BufferConfig;
}

export function toSpanExports({ zipkinUrl, otlpUrl }: Omit<TelemetryOptions, 'service'>): SpanExport[] {
  const exports: SpanExport[] = [];
  if (zipkinUrl) exports.push({ kind: 'zipkin', url: `${zipkinUrl.replace(/\/$/, '')}/api/v2/spans` });
  if (otlpUrl) exports.push({ kind: 'otlp', url: `${otlpUrl.replace(/\/$/, '')}/v1/traces` });
  return exports;
}

export interface SpanExportingOptions {
  readonly service: string;
  readonly exports: readonly SpanExport[];
  /** Of the process, beside its name. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Exports the spans of a tracer of its own: all that are started. Disposing it sends what waits. */
export interface SpanExporting extends AsyncDisposable {
  readonly tracer: Tracer;
}

export function startSpanExporting(options: SpanExportingOptions): SpanExporting {
  const provider = createProvider(options);
  return { tracer: provider.getTracer('vibecode'), [Symbol.asyncDispose]: () => shutDown(provider) };
}

/** Sends what waits. A receiver that does not answer then loses it, and no process fails to stop because of that. */
export async function shutDown(provider: { shutdown(): Promise<void> }): Promise<void> {
  // The exporter has reported each batch that it could not send.
  await provider.shutdown().catch(() => undefined);
}

function createProvider({ service, exports, attributes }: SpanExportingOptions): NodeTracerProvider {
  return new NodeTracerProvider({
    resource: resourceFromAttributes({ ...attributes, 'service.name': service }),
    spanProcessors: exports.map((to) => new BatchSpanProcessor(createExporter(to), to.batch)),
  });
}

function createExporter({ kind, url, headers = {} }: SpanExport): SpanExporter {
  return kind === 'zipkin' ? new ZipkinExporter({ url, headers }) : new OTLPTraceExporter({ url, headers });
}

/** Adds the `traceparent` of the active span to headers of an outgoing request. */
export function injectTrace(headers: Record<string, string>): Record<string, string> {
  propagation.inject(context.active(), headers);
  return headers;
}

export interface SpanOptions {
  /** Where the caller's trace context stands: request headers, or an event. */
  readonly parent?: Readonly<Record<string, unknown>>;
  readonly kind?: SpanKind;
  readonly attributes?: Record<string, string | number | boolean>;
}

/** Runs a piece of work in a span of its own, which ends with it and is marked when it fails. */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const from = options.parent ? propagation.extract(context.active(), options.parent) : context.active();
  const { kind = SpanKind.INTERNAL, attributes = {} } = options;
  return tracer.startActiveSpan(name, { kind, attributes }, from, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}
