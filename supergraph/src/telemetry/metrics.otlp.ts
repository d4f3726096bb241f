import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { shutDown } from '@vibecode/platform/telemetry';
import type { MetricObjectWithValues, MetricValue, MetricValueWithName } from 'prom-client';
import type { GatewayMetrics } from './gateway.metrics.ts';

export interface MetricsExportOptions {
  readonly metrics: Pick<GatewayMetrics, 'registries'>;
  /** The full URL, with its path. OTLP is sent over HTTP as JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Default 60,000. */
  readonly intervalMs?: number | undefined;
  /** Resource attributes of the process, with `service.name`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Sends the same instruments by OTLP that Prometheus reads. Disposing sends them a last time. */
export function startMetricsExport(options: MetricsExportOptions): AsyncDisposable {
  const { metrics, url, headers, intervalMs = 60_000, attributes } = options;
  const provider = new MeterProvider({
    resource: resourceFromAttributes(attributes),
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url, headers: { ...headers } }),
        exportIntervalMillis: intervalMs,
        exportTimeoutMillis: Math.min(intervalMs, 30_000),
        metricProducers: [createProducer(metrics)],
      }),
    ],
  });
  return { [Symbol.asyncDispose]: () => shutDown(provider) };
}

function createProducer({ registries }: Pick<GatewayMetrics, 'registries'>): MetricProducer {
  const startTime = toHrTime(Date.now());
  return {
    async collect() {
      const endTime = toHrTime(Date.now());
      const all = await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()));
      const metrics = (all.flat() as Measured[]).map((metric) => toMetricData(metric, startTime, endTime));
      return {
        resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope: { name: 'vibecode' }, metrics }] },
        errors: [],
      };
    },
  };
}

function toHrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, (epochMs - seconds * 1_000) * 1_000_000];
}

type Measured = MetricObjectWithValues<MetricValue<string>>;

function toMetricData(metric: Measured, startTime: HrTime, endTime: HrTime): MetricData {
  const { name, help, values } = metric;
  // prom-client's types have an enum here; its values are strings.
  const type = String(metric.type);
  const base = {
    descriptor: {
      name: NAMES[name] ?? name,
      unit: name.endsWith('_seconds') ? 's' : '',
      description: help,
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const times = { startTime, endTime };
  if (type === 'histogram') {
    const dataPoints = toHistograms(name, values as MetricValueWithName<string>[]);
    return {
      ...base,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: dataPoints.map((at) => ({ ...times, ...at })),
    };
  }
  const dataPoints = values.map(({ labels, value }) => ({ ...times, attributes: toAttributes(labels), value }));
  return type === 'counter'
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

/** Converts histograms: Prometheus counts the values up to each bound, OTLP the values between two bounds. */
function toHistograms(name: string, values: readonly MetricValueWithName<string>[]) {
  const bySeries = Map.groupBy(values, ({ labels }) => JSON.stringify({ ...labels, le: undefined }));
  return [...bySeries.values()].map((series) => {
    const buckets = series.filter(({ metricName }) => metricName === `${name}_bucket`);
    const totalOf = (suffix: string) => series.find(({ metricName }) => metricName === `${name}_${suffix}`)?.value ?? 0;
    const boundaries = buckets.map(({ labels }) => Number(labels.le)).filter(Number.isFinite);
    const counts = buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0));
    return {
      attributes: toAttributes({ ...series[0]?.labels, le: undefined }),
      value: { buckets: { boundaries, counts }, sum: totalOf('sum'), count: totalOf('count') },
    };
  });
}

/** OpenTelemetry's and Apollo Router's names with dots, by the names for Prometheus, which have underscores and a unit as suffix. */
const NAMES: Readonly<Record<string, string>> = {
  http_server_request_duration_seconds: 'http.server.request.duration',
  http_server_active_requests: 'http.server.active_requests',
  http_client_request_duration_seconds: 'http.client.request.duration',
  apollo_router_operations_total: 'apollo.router.operations',
  apollo_router_graphql_error_total: 'apollo.router.graphql_error',
  apollo_router_cache_hit_count: 'apollo.router.cache.hit.count',
  apollo_router_cache_miss_count: 'apollo.router.cache.miss.count',
  apollo_router_cache_size: 'apollo.router.cache.size',
  apollo_router_query_planning_plan_duration_seconds: 'apollo.router.query_planning.plan.duration',
  apollo_router_opened_subscriptions: 'apollo.router.opened.subscriptions',
  apollo_router_operations_subscriptions_total: 'apollo.router.operations.subscriptions',
  cost_estimated: 'cost.estimated',
  cost_actual: 'cost.actual',
};

function toAttributes(labels: Partial<Record<string, string | number>>): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(labels)) if (value !== undefined) attributes[LABELS[name] ?? name] = value;
  return attributes;
}

const LABELS: Readonly<Record<string, string>> = {
  http_request_method: 'http.request.method',
  http_response_status_code: 'http.response.status_code',
  graphql_operation_type: 'graphql.operation.type',
  subgraph_name: 'subgraph.name',
  cost_result: 'cost.result',
};
