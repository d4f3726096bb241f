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

/** Creates trace ids and propagates them across awaits and services (W3C Trace Context). Exports spans if a URL is set. */
export function startTelemetry({ service, zipkinUrl, otlpUrl }: TelemetryOptions): AsyncDisposable {
  const provider = createProvider({ service, exports: toSpanExports({ zipkinUrl, otlpUrl }) });
  provider.register();
  return { [Symbol.asyncDispose]: () => shutDown(provider) };
}

/** A receiver of spans. */
export interface SpanExport {
  readonly kind: 'zipkin' | 'otlp';
  /** The full URL, with its path. OTLP is sent over HTTP as JSON. */
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
  /** Resource attributes of the process, in addition to its name. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A tracer whose spans are all exported. Disposing sends the waiting spans. */
export interface SpanExporting extends AsyncDisposable {
  readonly tracer: Tracer;
}

export function startSpanExporting(options: SpanExportingOptions): SpanExporting {
  const provider = createProvider(options);
  return { tracer: provider.getTracer('vibecode'), [Symbol.asyncDispose]: () => shutDown(provider) };
}

/** Sends the waiting spans. If the receiver does not answer, they are lost, and the process still stops. */
export async function shutDown(provider: { shutdown(): Promise<void> }): Promise<void> {
  // The exporter has already logged each batch that it could not send.
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

/** Adds the `traceparent` of the active span to the headers of an outgoing request. */
export function injectTrace(headers: Record<string, string>): Record<string, string> {
  propagation.inject(context.active(), headers);
  return headers;
}

export interface SpanOptions {
  /** The carrier of the caller's trace context: request headers, or an event. */
  readonly parent?: Readonly<Record<string, unknown>>;
  readonly kind?: SpanKind;
  readonly attributes?: Record<string, string | number | boolean>;
}

/** Runs work in a span of its own. The span ends with the work, and is marked if the work fails. */
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
