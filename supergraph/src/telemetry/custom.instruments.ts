import type { Logger } from '@vibecode/platform/log';
import { Counter, Histogram, type PrometheusContentType, Registry } from 'prom-client';
import type { RouterConfig } from '../config/config.schema.ts';
import { SELECTOR_LEVELS, type SelectorLevel } from '../config/selector.section.ts';
import { type CompiledAttributes, compileAttributes } from './attributes.ts';
import { compileCondition } from './condition.ts';
import { compileSelector, type Select, type SelectorSource } from './selector.ts';

type InstrumentsConfig = RouterConfig['telemetry']['instrumentation']['instruments'];
type InstrumentConfig = InstrumentsConfig['router'][string];

/** Records a measurement, once for an answer or for each result of a stream. */
export type Measure = (source: SelectorSource, durationMs: number) => void;

export interface MeasuredMoments {
  readonly onResponse: readonly Measure[];
  readonly onEvent: readonly Measure[];
}

/** Most series of one instrument. The limit is necessary because clients may choose the values of attributes. */
const MAX_SERIES = 2_000;
const MAX_TEXT = 200;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 };
const UNIT_NAMES: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
};
const DURATION_BUCKETS_S = [0.001, 0.005, 0.015, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 1, 5, 10];
const VALUE_BUCKETS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

/** The operator's counters and histograms, in a registry of their own. */
export class CustomInstruments {
  readonly registry = new Registry<PrometheusContentType>();
  readonly #moments: Readonly<Record<SelectorLevel, { onResponse: Measure[]; onEvent: Measure[] }>> = {
    router: { onResponse: [], onEvent: [] },
    supergraph: { onResponse: [], onEvent: [] },
    subgraph: { onResponse: [], onEvent: [] },
  };

  /** @param buckets the configured upper bounds for all histograms; for durations, in seconds */
  constructor(
    config: InstrumentsConfig,
    private readonly log: Logger,
    private readonly buckets: readonly number[] | null | undefined,
  ) {
    for (const level of SELECTOR_LEVELS) {
      for (const [name, instrument] of Object.entries(config[level])) this.#add(level, name, instrument);
    }
  }

  at(level: SelectorLevel): MeasuredMoments {
    return this.#moments[level];
  }

  #add(level: SelectorLevel, name: string, config: InstrumentConfig): void {
    const { value } = config;
    const isEvent = typeof value === 'string' ? value.startsWith('event_') : 'event_custom' in value;
    const isDuration = value === 'duration' || value === 'event_duration';
    const select: Select | null =
      typeof value === 'string'
        ? null
        : compileSelector('event_custom' in value ? (value.event_custom as never) : value);
    const perMs = isDuration ? 1 / (UNIT_MS[config.unit] ?? 1_000) : 1;
    const attributes = compileAttributes(level, config.attributes);
    const record = this.#create(name, config, attributes, isDuration);
    const holds = compileCondition(config.condition);
    const measure: Measure = (source, durationMs) => {
      if (!holds(source)) return;
      const measured = select ? Number(select(source) ?? Number.NaN) : isDuration ? durationMs * perMs : 1;
      if (Number.isFinite(measured) && (measured >= 0 || config.type === 'histogram')) record(source, measured);
    };
    this.#moments[level][isEvent ? 'onEvent' : 'onResponse'].push(measure);
  }

  #create(name: string, config: InstrumentConfig, attributes: CompiledAttributes | null, isDuration: boolean) {
    const labels = new Map((attributes?.names ?? []).map((label) => [label, toPrometheus(label)]));
    const isCounter = config.type === 'counter';
    const unit = UNIT_NAMES[config.unit];
    const base = toPrometheus(name) + (unit && !name.endsWith(unit) ? `_${unit}` : '');
    const common = { help: config.description || name, labelNames: [...labels.values()], registers: [this.registry] };
    const counter = isCounter
      ? new Counter({ ...common, name: base.endsWith('_total') ? base : `${base}_total` })
      : null;
    const histogram = counter
      ? null
      : new Histogram({ ...common, name: base, buckets: this.#bucketsFor(config, isDuration) });
    const series = new Set<string>();
    let isFull = false;
    return (source: SelectorSource, measured: number): void => {
      const values: Record<string, string> = {};
      attributes?.read((label, value) => {
        values[labels.get(label) as string] = String(value).slice(0, MAX_TEXT);
      }, source);
      const key = JSON.stringify(values);
      if (!series.has(key) && series.size >= MAX_SERIES) {
        if (!isFull)
          this.log.warn(
            { action: 'metrics.full', instrument: name },
            `The instrument ${name} has ${MAX_SERIES} series, which is the limit. Further series are not recorded.`,
          );
        isFull = true;
        return;
      }
      series.add(key);
      counter?.inc(values, measured);
      histogram?.observe(values, measured);
    };
  }

  #bucketsFor({ unit }: InstrumentConfig, isDuration: boolean): number[] {
    if (!isDuration) return [...(this.buckets ?? VALUE_BUCKETS)];
    const perSecond = 1_000 / (UNIT_MS[unit] ?? 1_000);
    return (this.buckets ?? DURATION_BUCKETS_S).map((bound) => bound * perSecond);
  }
}

function toPrometheus(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(\d)/, '_$1');
}
