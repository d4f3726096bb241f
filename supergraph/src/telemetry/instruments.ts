import { Counter, Gauge, Histogram, type PrometheusContentType, type Registry } from 'prom-client';

export interface InstrumentOptions {
  /** Upper bounds of histograms of durations, in seconds. */
  readonly buckets: readonly number[];
  /** Upper bounds of histograms of costs. */
  readonly costBuckets: readonly number[];
}

/** Creates instruments in a registry. */
export function createInstruments(
  registry: Registry<PrometheusContentType>,
  { buckets, costBuckets }: InstrumentOptions,
) {
  const registers = [registry];
  return {
    duration: (name: string, help: string, ...labelNames: string[]) =>
      new Histogram({ name, help, labelNames, buckets: [...buckets], registers }),
    cost: (name: string, help: string) =>
      new Histogram({ name, help, labelNames: ['cost_result'], buckets: [...costBuckets], registers }),
    count: (name: string, help: string, ...labelNames: string[]) => new Counter({ name, help, labelNames, registers }),
    active: (name: string, help: string) => new Gauge({ name, help, registers }),
    /** A gauge whose value is read when the metrics are collected. */
    level: (name: string, help: string, read: () => number, labels: Record<string, string> = {}) =>
      new Gauge({
        name,
        help,
        labelNames: Object.keys(labels),
        registers,
        collect() {
          this.set(labels, read());
        },
      }),
  };
}
