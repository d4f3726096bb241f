import { cpus } from 'node:os';
import type { Contestant } from './contestants.ts';
import { scenarios } from './graph.ts';
import type { Measurement } from './load.ts';

export interface ContestantResult {
  readonly contestant: Contestant;
  readonly readyMs: number;
  readonly measurements: ReadonlyMap<string, Measurement>;
}

/** The results as a page of documentation; ratios are to the first contestant. */
export function toReport(results: readonly ContestantResult[]): string {
  const lines = [
    '# Performance of the gateway',
    '',
    'Made by `npm run bench`: do not edit. The gateways run one after the other over the same three subgraphs; CPU is the',
    "gateway process's own, all threads, user and system, as the kernel accounts it. No request failed.",
    '',
    `Machine: ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; Node ${process.versions.node}; ${new Date().toISOString().slice(0, 10)}.`,
    '',
    ...results.map(
      ({ contestant, readyMs }) =>
        `- **${contestant.name}**: ${contestant.settings}; first answer after ${Math.round(readyMs)} ms.`,
    ),
    '',
  ];
  for (const { name, concurrency, requests } of scenarios) {
    if (!results.some(({ measurements }) => measurements.has(name))) continue;
    lines.push(
      `## ${name[0]?.toUpperCase()}${name.slice(1)}`,
      '',
      `${requests} requests, ${concurrency} at once.`,
      '',
      '| Gateway | CPU ms a request | Times ours | Requests/s | p50 ms | p99 ms | RSS MiB |',
      '|---|---:|---:|---:|---:|---:|---:|',
      ...results.flatMap(({ contestant, measurements }) => {
        const measurement = measurements.get(name);
        return measurement ? [toRow(contestant.name, measurement, results[0]?.measurements.get(name))] : [];
      }),
      '',
    );
  }
  return lines.join('\n');
}

function toRow(name: string, measurement: Measurement, ours: Measurement | undefined): string {
  const { cpuMsPerRequest, requestsPerSecond, p50Ms, p99Ms, rssMiB } = measurement;
  const ratio = ours ? cpuMsPerRequest / ours.cpuMsPerRequest : 1;
  const cells = [
    cpuMsPerRequest.toFixed(3),
    ratio.toFixed(2),
    requestsPerSecond.toFixed(0),
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
    rssMiB.toFixed(0),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}
