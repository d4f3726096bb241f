import type { PrometheusContentType } from 'prom-client';
import { type Counter, collectDefaultMetrics, type Histogram, Registry } from 'prom-client';
import type { MeasuredCost } from '../request/hooks.ts';
import type { OperationType } from '../request/message.ts';
import { createInstruments } from './instruments.ts';

/** Current values that are read when the metrics are collected. */
export interface MeasuredState {
  readonly openedSubscriptions: () => number;
  readonly queuedEvents: () => number;
  readonly cachedOperations: () => number;
}

export interface GatewayMetricsOptions {
  /** Upper bounds of duration histograms, in seconds. Default as in Apollo Router. */
  readonly buckets?: readonly number[] | null | undefined;
  /** Further instruments to export with the gateway's own. */
  readonly beside?: Registry<PrometheusContentType>;
}

/** The outcome of one request to a subgraph. */
export type FetchOutcome = 'ok' | 'graphql_error' | 'unreachable' | 'cancelled';

export type ResumptionReason = 'slow_client' | 'lost_connection';

const BUCKETS = [0.001, 0.005, 0.015, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 5, 10];
const COST_BUCKETS = [0, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'PATCH', 'DELETE']);
/** Most error codes with a series of their own. Subgraphs may send any number of codes. */
const MAX_CODES = 100;
const PLANS = { kind: 'query planner', storage: 'memory' };

/**
 * The gateway's instruments. An instrument that Apollo Router has too has its name. Each series is looked up once and then kept,
 * so that a measurement takes a fraction of a microsecond.
 */
export class GatewayMetrics {
  readonly #registry = new Registry<PrometheusContentType>();
  readonly #answered = new Map<string, Histogram.Internal<string>>();
  readonly #fetched = new Map<string, Histogram.Internal<string>>();
  readonly #erred = new Map<string, Counter.Internal>();
  readonly #operations = new Map<string, Counter.Internal>();
  readonly #events = new Map<string, Counter.Internal>();
  readonly #lookups = new Map<string, Counter.Internal>();
  readonly #started = new Map<string, Counter.Internal>();
  readonly #answerLookups;
  readonly #active;
  readonly #requestDuration;
  readonly #fetchDuration;
  readonly #errors;
  readonly #operationCount;
  readonly #planHits;
  readonly #planMisses;
  readonly #planning;
  readonly #parsing;
  readonly #eventCount;
  readonly #subscriptions;
  readonly #resumptions;
  readonly #tooSlow;
  readonly #costEstimated;
  readonly #costActual;

  #state: MeasuredState | null = null;

  constructor(private readonly options: GatewayMetricsOptions) {
    const { duration, cost, count, active, level } = createInstruments(this.#registry, {
      buckets: options.buckets ?? BUCKETS,
      costBuckets: COST_BUCKETS,
    });

    this.#requestDuration = duration(
      'http_server_request_duration_seconds',
      'Duration of HTTP requests; of a stream, until its end.',
      'http_request_method',
      'http_response_status_code',
      'graphql_operation_type',
    );
    this.#active = active('http_server_active_requests', 'HTTP requests in progress.');
    this.#fetchDuration = duration(
      'http_client_request_duration_seconds',
      'Duration of requests to subgraphs, with retries and waiting.',
      'subgraph_name',
      'outcome',
    );
    this.#operationCount = count(
      'apollo_router_operations_total',
      'Ended operations by transport.',
      'graphql_operation_type',
      'transport',
    );
    this.#errors = count('apollo_router_graphql_error_total', 'GraphQL errors sent to clients, by code.', 'code');
    this.#planHits = count('apollo_router_cache_hit_count', 'Plans found.', ...Object.keys(PLANS)).labels(PLANS);
    this.#planMisses = count('apollo_router_cache_miss_count', 'Plans made.', ...Object.keys(PLANS)).labels(PLANS);
    level(
      'apollo_router_cache_size',
      'Operations in the cache, with their plans.',
      () => this.#state?.cachedOperations() ?? 0,
      PLANS,
    );
    this.#answerLookups = count(
      'apollo_router_response_cache_total',
      'Entities, and answers of root fields, that were looked up in the response cache.',
      'subgraph_name',
      'cache_hit',
    );
    this.#planning = duration('apollo_router_query_planning_plan_duration_seconds', 'Time to plan an operation.');
    this.#parsing = duration('gateway_operation_parsing_duration_seconds', 'Time to parse and validate an operation.');
    level('apollo_router_opened_subscriptions', 'Open subscriptions.', () => this.#state?.openedSubscriptions() ?? 0);
    this.#subscriptions = count(
      'apollo_router_operations_subscriptions_total',
      'Started subscriptions.',
      'subgraph_name',
    );
    this.#eventCount = count(
      'gateway_subscription_events_total',
      'Events sent to clients, by subgraph.',
      'subgraph_name',
    );
    level(
      'gateway_subscription_queued_events',
      'Events that wait for slow clients.',
      () => this.#state?.queuedEvents() ?? 0,
    );
    this.#resumptions = count(
      'gateway_subscription_resumptions_total',
      'Streams that were resumed from their last cursor.',
      'reason',
    );
    this.#tooSlow = count(
      'gateway_subscription_too_slow_total',
      'Streams that ended because the client was too slow and the field is not resumable.',
    );
    this.#costEstimated = cost('cost_estimated', 'Estimated cost of operations.');
    this.#costActual = cost('cost_actual', 'Measured cost of operations.');
  }

  /** Sets the source of current values. Before that, they are 0. */
  observe(state: MeasuredState): void {
    this.#state = state;
  }

  began(): void {
    this.#active.inc();
  }

  answered(method: string, status: number, type: OperationType | undefined, durationMs: number): void {
    this.#active.dec();
    const key = `${method} ${status} ${type}`;
    let series = this.#answered.get(key);
    if (!series) {
      const labels = {
        http_request_method: METHODS.has(method) ? method : '_OTHER',
        http_response_status_code: String(status),
        graphql_operation_type: type ?? '',
      };
      series = this.#requestDuration.labels(labels);
      if (METHODS.has(method)) this.#answered.set(key, series);
    }
    series.observe(durationMs / 1_000);
  }

  operated(type: OperationType | undefined, transport: string): void {
    const labels = { graphql_operation_type: type ?? '', transport };
    seriesOf(this.#operations, `${type} ${transport}`, () => this.#operationCount.labels(labels)).inc();
  }

  fetched(subgraph: string, outcome: FetchOutcome, durationMs: number): void {
    const labels = { subgraph_name: subgraph, outcome };
    seriesOf(this.#fetched, `${outcome} ${subgraph}`, () => this.#fetchDuration.labels(labels)).observe(
      durationMs / 1_000,
    );
  }

  erred(code: string): void {
    const key = this.#erred.has(code) || this.#erred.size < MAX_CODES ? code : '_OTHER';
    seriesOf(this.#erred, key, () => this.#errors.labels({ code: key })).inc();
  }

  planFound(): void {
    this.#planHits.inc();
  }

  planned(durationMs: number): void {
    this.#planMisses.inc();
    this.#planning.observe(durationMs / 1_000);
  }

  parsed(durationMs: number): void {
    this.#parsing.observe(durationMs / 1_000);
  }

  subscribed(subgraph: string): void {
    seriesOf(this.#started, subgraph, () => this.#subscriptions.labels({ subgraph_name: subgraph })).inc();
  }

  /** Counts a lookup in the response cache: the numbers of entities, or answers of root fields, that were hits and misses. */
  lookedUp(subgraph: string, hits: number, misses: number): void {
    for (const [isHit, times] of [
      ['true', hits],
      ['false', misses],
    ] as const) {
      if (times === 0) continue;
      const series = () => this.#answerLookups.labels({ subgraph_name: subgraph, cache_hit: isHit });
      seriesOf(this.#lookups, `${isHit} ${subgraph}`, series).inc(times);
    }
  }

  sentEvent(subgraph: string): void {
    seriesOf(this.#events, subgraph, () => this.#eventCount.labels({ subgraph_name: subgraph })).inc();
  }

  resumed(reason: ResumptionReason): void {
    this.#resumptions.inc({ reason });
  }

  endedTooSlow(): void {
    this.#tooSlow.inc();
  }

  cost({ estimated, actual, result }: MeasuredCost): void {
    this.#costEstimated.observe({ cost_result: result }, estimated);
    if (actual !== null) this.#costActual.observe({ cost_result: result }, actual);
  }

  /** The metrics in Prometheus' text format, with the process's own metrics. */
  async text(): Promise<{ readonly contentType: string; readonly body: string }> {
    const parts = await Promise.all(this.registries.map((registry) => registry.metrics()));
    return { contentType: this.#registry.contentType, body: parts.join('\n') };
  }

  get registries(): readonly Registry[] {
    const { beside } = this.options;
    return [this.#registry, ...(beside ? [beside] : []), processMetrics()];
  }
}

let ofProcess: Registry | undefined;

/** Event loop lag, memory and CPU. Created once per process, because their observers cannot be stopped. */
function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

function seriesOf<Series>(known: Map<string, Series>, key: string, create: () => Series): Series {
  let series = known.get(key);
  if (!series) {
    series = create();
    known.set(key, series);
  }
  return series;
}
