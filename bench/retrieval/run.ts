// Searches the templates of the service over many embedded variants of them, on the PostgreSQL server of POSTGRES_URL, and compares
// with an exact search. Exits with 1 if a bar is missed.
//   --templates N       how many variants; default 10000
//   --embedder NAME     hashing (default), or the name of a model of the Ollama at OLLAMA_URL
import { parseArgs } from 'node:util';
import { createHashingEmbedder } from '@vibecode/ai-generation/embedders/hashing.embedder';
import { createOllamaEmbedder } from '@vibecode/ai-generation/embedders/ollama.embedder';
import { searchExactly, toRecall } from '../../subgraphs/ai-generation/tests/retrieval/exact.search.ts';
import { tuningPrompts } from '../../subgraphs/ai-generation/tests/retrieval/labelled.prompts.ts';
import { toQuantile, toSum } from '../gateway/statistics.ts';
import { startVariants } from './variants.stage.ts';

const BARS = { recall: 0.95, p95Ms: 50 };
/** Keeps 1 % of the variants. */
const FILTER = 'framework-7';
const FIRST = 3;
/** Users, and templates of each. */
const OWN = { users: 100, each: 100 };

const { values } = parseArgs({
  options: { templates: { type: 'string', default: '10000' }, embedder: { type: 'string', default: 'hashing' } },
});
const url = process.env.POSTGRES_URL;
if (!url) throw new Error('POSTGRES_URL is missing: this benchmark needs a PostgreSQL server with pgvector.');
const ollamaUrl = process.env.OLLAMA_URL ?? 'http://127.0.0.1:11434';
const embedder =
  values.embedder === 'hashing'
    ? createHashingEmbedder()
    : createOllamaEmbedder({ url: ollamaUrl, model: values.embedder });

const startedAt = performance.now();
await using stage = await startVariants(url, embedder, Number(values.templates));
const loadedSeconds = (performance.now() - startedAt) / 1_000;
process.stdout.write(
  `${values.templates} templates, ${embedder.id}: loaded and embedded in ${loadedSeconds.toFixed(0)} s\n`,
);

const trades = ['for bakers with vouchers', 'for museums, with badges and tours', ''];
const queries = tuningPrompts.map(({ prompt }, index) => `${prompt} ${trades[index % trades.length]}`.trim());
const { signal } = new AbortController();
let missed = false;
for (const framework of [null, FILTER]) {
  const [times, embedTimes, recalls]: [number[], number[], number[]] = [[], [], []];
  for (const query of queries) {
    const beforeEmbed = performance.now();
    await embedder.embed([query]);
    embedTimes.push(performance.now() - beforeEmbed);
    const before = performance.now();
    const found = await stage.search.searchStrictly({
      query,
      language: null,
      framework,
      ownerId: null,
      first: FIRST,
      signal,
    });
    times.push(performance.now() - before);
    const exact = await searchExactly(stage.orm.em.fork(), embedder, query, framework);
    recalls.push(
      toRecall(
        exact,
        found.map(({ template }) => template.id),
        FIRST,
      ),
    );
  }
  const cpuMs = await measureCpuMs(framework, null);
  const recall = toSum(recalls) / recalls.length;
  const [p50, p95] = [toQuantile(times, 0.5), toQuantile(times, 0.95)];
  missed ||= recall < BARS.recall || p95 >= BARS.p95Ms;
  process.stdout.write(
    `${framework ? 'with a filter that keeps 1 %' : 'without a filter'}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ` +
      `of which the embedder p50 ${toQuantile(embedTimes, 0.5).toFixed(1)} ms; CPU ${cpuMs?.toFixed(1) ?? '?'} ms of service and database; recall@${FIRST} ${recall.toFixed(3)}\n`,
  );
}

// Users' own templates must not make the search of others slower, and cost their owner little.
const before = await measureCpuMs(null, null);
const owner = await stage.addOwn(OWN.users, OWN.each);
const scansBefore = await stage.readScans();
const [others, own] = [await measureCpuMs(null, null), await measureCpuMs(null, owner)];
const scans = [...(await stage.readScans())].map(
  ([name, count]) => [name, count - (scansBefore.get(name) ?? 0)] as const,
);
const toRatio = (cpuMs: number | null) => (before && cpuMs ? (cpuMs / before).toFixed(2) : '?');
process.stdout.write(
  `with ${OWN.each} own templates of each of ${OWN.users} users: CPU times ${toRatio(others)} for a user without any, ` +
    `${toRatio(own)} for an owner\nscans of ${queries.length} searches without and ${queries.length} with an owner: ` +
    `${scans
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}\n`,
);
if (missed) process.exitCode = 1;

/** CPU time of service and database for a search. */
async function measureCpuMs(framework: string | null, ownerId: string | null): Promise<number | null> {
  const cpuBefore = await stage.readCpuMs();
  for (const query of queries)
    await stage.search.searchStrictly({ query, language: null, framework, ownerId, first: FIRST, signal });
  const cpuAfter = await stage.readCpuMs();
  return cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / queries.length;
}
