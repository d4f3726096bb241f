import { createServer } from 'node:http';
import type { Logger } from '@vibecode/platform/log';
import { type SpanExport, type SpanExporting, startSpanExporting, toSpanExports } from '@vibecode/platform/telemetry';
import { AggregatorRegistry } from 'prom-client';
import type { RouterConfig } from '../config/config.schema.ts';
import { parseListenAddress } from '../config/config.values.ts';
import { createHostCheck } from '../request/allowed.hosts.ts';
import type { HttpHandler } from '../request/hooks.ts';
import { openWorkerChannel, type WorkerChannel } from '../request/worker.channel.ts';
import { CustomInstruments } from './custom.instruments.ts';
import { GatewayMetrics, type MeasuredState } from './gateway.metrics.ts';
import { compileInstrumentation } from './instrumentation.ts';
import { startMetricsExport } from './metrics.otlp.ts';
import { Telemetry } from './telemetry.ts';
import { Tracing } from './tracing.ts';

/** Receivers from the process's settings, in addition to those of the configuration. */
export interface TracingSettings {
  /** Base URL of a Zipkin server. */
  readonly zipkinUrl?: string | undefined;
  /** Base URL of an OTLP/HTTP receiver. */
  readonly otlpUrl?: string | undefined;
}

export interface GatewayTelemetryOptions {
  readonly config: RouterConfig | null;
  readonly log: Logger;
  /** If set, operations get trace ids even if no span is recorded. */
  readonly tracing?: TracingSettings | undefined;
}

/** The configured telemetry. Disposing sends the waiting spans and metrics. */
export interface GatewayTelemetry extends AsyncDisposable {
  readonly current: Telemetry;
  /** Base URL of the metrics, without a path, if they have an address of their own; otherwise null. */
  readonly metricsUrl: string | null;
  /** Paths to serve at the address of GraphQL. */
  readonly routes: readonly (readonly [string, HttpHandler])[];
  /** Sets the source of the metrics' current values. */
  observe(state: MeasuredState): void;
  /** Applies another configuration to traces and logs. Metrics keep the first configuration. */
  update(config: RouterConfig | null): Promise<void>;
}

type Exporters = RouterConfig['telemetry']['exporters'];

/** @throws the system's error if listening on the metrics' address fails */
export async function startGatewayTelemetry(options: GatewayTelemetryOptions): Promise<GatewayTelemetry> {
  const { config, log } = options;
  const exporters = config?.telemetry.exporters;
  await using starting = new AsyncDisposableStack();
  const { prometheus, otlp, common } = exporters?.metrics ?? {};
  const isMeasured = prometheus?.enabled || otlp?.enabled;
  const instruments = isMeasured
    ? new CustomInstruments(config!.telemetry.instrumentation.instruments, log, common?.buckets)
    : null;
  const metrics = instruments && new GatewayMetrics({ buckets: common?.buckets, beside: instruments.registry });
  const routes: [string, HttpHandler][] = [];
  let metricsUrl: string | null = null;
  const channel = openWorkerChannel();
  if (metrics && channel) shareMetrics(metrics);
  if (metrics && prometheus?.enabled) {
    const answer: HttpHandler = async (_request, response) => {
      const { contentType, body } = await toText(metrics, channel);
      response.writeHead(200, { 'content-type': contentType }).end(body);
    };
    if (prometheus.listen) {
      // The allowed hosts of the graph do not apply to this address, except `*`.
      const allowedHosts = config?.supergraph.allowed_hosts?.includes('*') ? ['*'] : undefined;
      const server = starting.use(await serve(prometheus.listen, prometheus.path, answer, allowedHosts));
      metricsUrl = server.url;
    } else routes.push([prometheus.path, answer]);
  }
  if (metrics && otlp?.enabled) {
    starting.use(
      startMetricsExport({
        metrics,
        url: toUrl(otlp.endpoint, 'http://127.0.0.1:4318', '/v1/metrics'),
        headers: otlp.http.headers,
        intervalMs: otlp.batch_processor.scheduled_delay ?? undefined,
        attributes: {
          ...common?.resource,
          'service.name': common?.service_name ?? SERVICE,
          // Without it, the series of two workers would overwrite each other.
          ...(channel && { 'service.instance.id': String(process.pid) }),
        },
      }),
    );
  }

  let exporting = startTracing(options, exporters);
  const build = (of: Exporters | undefined, more: RouterConfig | null): Telemetry =>
    new Telemetry({
      metrics,
      instrumentation: compileInstrumentation(more?.telemetry.instrumentation, instruments, log),
      tracing: createTracing(of, exporting, options.tracing !== undefined),
      log,
      requestLevel: toRequestLevel(of),
      traceIdHeader: of?.tracing.response_trace_id.enabled ? of.tracing.response_trace_id.header_name : null,
    });
  let current = build(exporters, config);
  let inForce = JSON.stringify(exporters?.tracing);
  starting.defer(() => exporting?.[Symbol.asyncDispose]());
  const owned = starting.move();
  return {
    get current() {
      return current;
    },
    metricsUrl,
    routes,
    observe: (state) => metrics?.observe(state),
    async update(next) {
      const of = next?.telemetry.exporters;
      const old = exporting;
      const isChanged = JSON.stringify(of?.tracing) !== inForce;
      if (isChanged) exporting = startTracing(options, of);
      inForce = JSON.stringify(of?.tracing);
      current = build(of, next);
      if (isChanged) await old?.[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const SERVICE = 'gateway';

/** Makes a worker's metrics available to the first process. */
function shareMetrics({ registries }: GatewayMetrics): void {
  AggregatorRegistry.setRegistries([...registries]);
  new AggregatorRegistry();
}

/** The metrics as text, of all workers together if there are several. */
async function toText(metrics: GatewayMetrics, channel: WorkerChannel | null) {
  const own = await metrics.text();
  const body = await channel?.collectMetrics();
  return body ? { ...own, body } : own;
}

function toRequestLevel(exporters: Exporters | undefined) {
  if (exporters && !exporters.logging.stdout.enabled) return null;
  const level = exporters?.logging.requests ?? 'info';
  return level === 'off' ? null : level;
}

function startTracing({ tracing }: GatewayTelemetryOptions, exporters: Exporters | undefined): SpanExporting | null {
  const exports = new Map<string, SpanExport>();
  const { zipkin, otlp, common } = exporters?.tracing ?? {};
  if (zipkin?.enabled) {
    const url = toUrl(zipkin.endpoint, 'http://127.0.0.1:9411', '/api/v2/spans');
    exports.set(url, { kind: 'zipkin', url, batch: toBatch(zipkin.batch_processor) });
  }
  if (otlp?.enabled) {
    const url = toUrl(otlp.endpoint, 'http://127.0.0.1:4318', '/v1/traces');
    exports.set(url, { kind: 'otlp', url, headers: otlp.http.headers, batch: toBatch(otlp.batch_processor) });
  }
  for (const one of toSpanExports(tracing ?? {})) if (!exports.has(one.url)) exports.set(one.url, one);
  if (exports.size === 0) return null;
  return startSpanExporting({
    service: common?.service_name ?? SERVICE,
    exports: [...exports.values()],
    ...(common?.resource && { attributes: common.resource }),
  });
}

function createTracing(exporters: Exporters | undefined, exporting: SpanExporting | null, makesIds: boolean): Tracing {
  const { common, propagation } = exporters?.tracing ?? {};
  const sampler = common?.sampler ?? 'always_on';
  return new Tracing({
    exporting,
    sampler: typeof sampler === 'number' ? sampler : sampler === 'always_on' ? 1 : 0,
    isParentBased: common?.parent_based_sampler ?? true,
    takesTraceContext: propagation?.trace_context ?? true,
    takesBaggage: propagation?.baggage ?? false,
    makesIds: makesIds || exporters?.tracing.response_trace_id.enabled === true,
  });
}

function toBatch(batch: Exporters['tracing']['zipkin']['batch_processor']): NonNullable<SpanExport['batch']> {
  const queue = batch.max_queue_size ?? 2_048;
  return {
    maxQueueSize: queue,
    maxExportBatchSize: Math.min(batch.max_export_batch_size ?? 512, queue),
    scheduledDelayMillis: batch.scheduled_delay ?? 5_000,
    exportTimeoutMillis: batch.max_export_timeout ?? 30_000,
  };
}

/** Adds the protocol's default path to a URL without a path. */
function toUrl(endpoint: string | null | undefined, standard: string, path: string): string {
  const url = new URL(!endpoint || endpoint === 'default' ? standard : endpoint);
  if (url.pathname === '/') url.pathname = path;
  return url.href;
}

async function serve(
  listen: string,
  path: string,
  answer: HttpHandler,
  allowedHosts: readonly string[] | undefined,
): Promise<AsyncDisposable & { readonly url: string | null }> {
  const address = parseListenAddress(listen);
  const allowsHost = createHostCheck({ configured: allowedHosts, listensOn: address?.host ?? null });
  const server = createServer((request, response) => {
    if (!allowsHost(request.headers.host)) response.writeHead(421).end();
    else if (request.url?.split('?')[0] === path) void answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address ?? { path: listen }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  return {
    url: typeof bound === 'object' && bound ? `http://${address?.host}:${bound.port}` : null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
