// Compares the metrics that alert rules, dashboards and the chart name with those that the gateway and the services export.
//   node scripts/metrics.ts        exits with 1 if a query names a metric or a label that does not exist
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import '../platform/dist/events/kafka.lag.js';
import { register } from 'prom-client';
import { measureProcess } from '../platform/dist/subgraph/subgraph.metrics.js';
import { GatewayMetrics } from '../supergraph/dist/telemetry/gateway.metrics.js';

const root = join(import.meta.dirname, '..');
const helm = join(root, 'helm');

interface Instrument {
  readonly name: string;
  readonly labelNames: readonly string[];
}

/** Prometheus and its operator add these; the ServiceMonitor and deploy/compose/prometheus.yml set `service`. */
const TARGET_LABELS = ['service', 'instance', 'job', 'pod', 'namespace', 'pod_template_hash'];

/** Every series of the gateway and the services, with its labels. */
function findExported(): Map<string, Set<string>> {
  measureProcess();
  const registries = [register, ...new GatewayMetrics({}).registries];
  const exported = new Map<string, Set<string>>([['up', new Set(TARGET_LABELS)]]);
  for (const metric of registries.flatMap((registry) => registry.getMetricsAsArray())) {
    const { name, labelNames } = metric as unknown as Instrument;
    const suffixes = metric.constructor.name === 'Histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const suffix of suffixes) {
      const labels = exported.get(name + suffix) ?? new Set(TARGET_LABELS);
      for (const label of [...labelNames, ...(suffix === '_bucket' ? ['le'] : [])]) labels.add(label);
      exported.set(name + suffix, labels);
    }
  }
  return exported;
}

interface Query {
  readonly place: string;
  readonly text: string;
}

function findQueries(): Query[] {
  const read = (path: string) => readFileSync(join(helm, path), 'utf8');
  const rules = parse(read('files/rules/vibecode.yaml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const alerts = rules.groups.flatMap((group) => group.rules).map(({ alert, expr }) => ({ place: alert, text: expr }));
  const panels = globSync('files/dashboards/*.json', { cwd: helm }).flatMap((path) => {
    const dashboard = JSON.parse(read(path)) as { panels: { title: string; targets: { expr: string }[] }[] };
    return dashboard.panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ place: `${path}: ${title}`, text: expr.replaceAll('$__rate_interval', '5m') })),
    );
  });
  // The queries of the analysis are templates: their arguments and series are put in first.
  const analysis = read('templates/analysis.yaml');
  const variable = (name: string) => new RegExp(`\\$${name} := \`(.+)\``).exec(analysis)?.[1] ?? '';
  const judged = [...analysis.matchAll(/query: \|\n((?: {12}.*\n?)+)/g)].map(([, text = '']) => ({
    place: 'templates/analysis.yaml',
    text: text.replaceAll('{{- $series }}', variable('series')).replaceAll('{{ $requests }}', variable('requests')),
  }));
  if (alerts.length === 0 || panels.length === 0 || judged.length === 0)
    throw new Error('There are no queries to check.');
  return [...alerts, ...panels, ...judged];
}

/** @returns one line for each metric, label or piece of syntax that does not exist */
function check({ place, text }: Query, exported: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const problems: string[] = [];
  parser.parse(text).iterate({
    enter(node) {
      const part = text.slice(node.from, node.to);
      if (node.type.isError) problems.push(`${place}: not PromQL near '${text.slice(node.from - 10, node.to + 10)}'`);
      if (node.name !== 'VectorSelector') return;
      const name = /^[a-zA-Z_:][\w:]*/.exec(part)?.[0] ?? '';
      const labels = exported.get(name);
      if (!labels) {
        problems.push(`${place}: no process exports '${name}'`);
        return;
      }
      for (const matcher of node.node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
        const label = matcher.getChild('LabelName');
        const named = label ? text.slice(label.from, label.to) : '';
        if (!labels.has(named)) problems.push(`${place}: '${name}' has no label '${named}'`);
      }
    },
  });
  return problems;
}

const exported = findExported();
const queries = findQueries();
const problems = queries.flatMap((query) => check(query, exported));
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length === 0) process.stdout.write(`${queries.length} queries name metrics that exist\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
