// Ours, Hive Gateway and the stock gateway over the same subgraphs, one after the other; prints a Markdown table and
// writes it into docs/performance.md. `--only NAME` runs one contestant, without writing.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { contestants, spawnNode, startContestant, stop } from './contestants.ts';
import { graph, scenarios } from './graph.ts';
import { type Measurement, measure } from './load.ts';
import { type ContestantResult, toReport } from './report.ts';
import { startViewers } from './viewers.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, scenario: { type: 'string' } } });

const subgraphs = spawnNode([join(import.meta.dirname, 'subgraphs.process.ts')]);
const urls: Record<string, string> = JSON.parse(
  await new Promise((resolve) => subgraphs.stdout?.once('data', (line: Buffer) => resolve(line.toString()))),
);
const { supergraphSdl, errors } = composeServices(
  graph.map(({ name, typeDefs }) => ({ name, url: urls[name] ?? '', typeDefs: parse(typeDefs) })),
);
if (!supergraphSdl) throw new Error(errors?.join('\n'));
const supergraphPath = join(mkdtempSync(join(tmpdir(), 'bench-')), 'supergraph.graphql');
writeFileSync(supergraphPath, supergraphSdl);

await using viewers = await startViewers();
const results: ContestantResult[] = [];
for (const contestant of contestants) {
  if (values.only && !contestant.name.toLowerCase().includes(values.only.toLowerCase())) continue;
  await using running = await startContestant(contestant, supergraphPath, viewers.jwksUrl);
  const measurements = new Map<string, Measurement>();
  for (const scenario of scenarios) {
    if (values.scenario && !scenario.name.includes(values.scenario)) continue;
    const measurement = await measure(running.url, running.pid, scenario, viewers.token);
    measurements.set(scenario.name, measurement);
    process.stderr.write(`${contestant.name}, ${scenario.name}: ${measurement.cpuMsPerRequest.toFixed(3)} ms CPU\n`);
  }
  results.push({ contestant, readyMs: running.readyMs, measurements });
}
await stop(subgraphs);

const report = toReport(results);
process.stdout.write(`${report}\n`);
if (!values.only && !values.scenario) {
  const target = join(import.meta.dirname, '..', '..', 'docs', 'performance.md');
  writeFileSync(target, report);
}
process.exit(0);
