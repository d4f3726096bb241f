// Benchmarks our gateway, Hive Gateway and the stock gateway in turn over the same subgraphs. Prints a page of tables and writes
// it to docs/performance.md.
//   --only NAME         parts whose name contains NAME: queries, workers, events, latency, memory, or subscriptions for the last three
//   --scenario NAME     scenarios whose name contains NAME
//   --gateway NAME      gateways whose name contains NAME
// With any of these options, no file is written.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contestants } from './contestants.ts';
import { benchQueries } from './query.bench.ts';
import { type Section, toReport } from './report.ts';
import { type Stage, startStage } from './stage.ts';
import { benchStreamCost } from './stream.cost.bench.ts';
import { benchStreamLatency } from './stream.latency.bench.ts';
import { benchStreamMemory } from './stream.memory.bench.ts';
import { benchWorkers } from './workers.bench.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, scenario: { type: 'string' }, gateway: { type: 'string' } },
});
const { only = '', scenario = '', gateway = '' } = values;
const isWhole = `${only}${scenario}${gateway}` === '';

const parts: readonly { readonly name: string; readonly run: (stage: Stage) => AsyncIterable<Section> }[] = [
  { name: 'queries', run: (stage) => benchQueries(stage, scenario) },
  { name: 'workers', run: (stage) => asOne(benchWorkers(stage)) },
  { name: 'events of subscriptions', run: (stage) => benchStreamCost(stage, scenario) },
  { name: 'latency of subscriptions', run: (stage) => asOne(benchStreamLatency(stage)) },
  { name: 'memory of subscriptions', run: (stage) => asOne(benchStreamMemory(stage)) },
];

async function* asOne(section: Promise<Section>): AsyncGenerator<Section> {
  yield await section;
}

const chosen = contestants.filter(({ name }) => name.toLowerCase().includes(gateway.toLowerCase()));
await using stage = await startStage(chosen, isWhole ? 3 : 1);
const sections: Section[] = [];
for (const part of parts) {
  if (!part.name.includes(only)) continue;
  for await (const section of part.run(stage)) {
    sections.push(section);
    process.stderr.write(`\n${section.title}\n${section.table}\n`);
  }
}
const report = toReport(stage.gateways, sections);
process.stdout.write(`${report}\n`);
if (isWhole) writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'performance.md'), report);
