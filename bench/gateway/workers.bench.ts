import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnNode, startContestant, stop } from './contestant.process.ts';
import { RawClient } from './raw.load.ts';
import { type Section, toTable } from './report.ts';
import { compose, type Stage } from './stage.ts';
import { toMedian } from './statistics.ts';

const ROUNDS = 9;
const ROUND_MS = 3_000;
const WARM_UP_MS = 6_000;
const CONNECTIONS = 16;
const WORKERS = [1, 2] as const;
const BAR = 1.8;
/** An operation that nobody has sent before, so that it is parsed, checked and planned: nearly all of it is the gateway's own work. */
const toNewOperation = (count: number) =>
  `{ new${count}: __typename me { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

/**
 * Requests a second by `--workers 1` and by `--workers 2`, in turns. Clients and subgraphs share the machine's cores with the
 * workers: they are as cheap as can be, so that what does not grow is the gateway.
 */
export async function benchWorkers(stage: Stage): Promise<Section> {
  await using running = new AsyncDisposableStack();
  const canned = spawnNode([join(import.meta.dirname, 'canned.process.ts'), JSON.stringify(stage.urls)]);
  running.defer(() => stop(canned));
  const [urls] = (await once(canned, 'message')) as [Readonly<Record<string, string>>];
  const supergraphPath = `${stage.files.supergraphPath}.canned`;
  writeFileSync(supergraphPath, compose(urls));

  const [shipped] = stage.gateways.map(({ contestant }) => contestant);
  if (!shipped) throw new Error('No gateway was chosen.');
  const contests: { readonly workers: number; readonly clients: readonly RawClient[]; readonly perSecond: number[] }[] =
    [];
  for (const workers of WORKERS) {
    const contestant = {
      ...shipped,
      command: (...parameters: Parameters<typeof shipped.command>) => [
        ...shipped.command(...parameters),
        `--workers=${workers}`,
      ],
    };
    const gateway = running.use(await startContestant(contestant, { ...stage.files, supergraphPath }, 1));
    const connect = () => connectAll(gateway.url, stage.viewers.token);
    // The second worker starts after the first has answered, and connections that are open by then stay where they are.
    const early = await connect();
    await load(early, WARM_UP_MS);
    for (const client of early) client.close();
    const clients = await connect();
    running.defer(() => {
      for (const client of clients) client.close();
    });
    contests.push({ workers, clients, perSecond: [] });
  }
  for (const { clients } of contests) await load(clients, WARM_UP_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { clients, perSecond } of contests) perSecond.push(await load(clients, ROUND_MS));
  }
  const [one, two] = contests.map(({ perSecond }) => perSecond);
  const growth = toMedian((one ?? []).map((perSecond, round) => (two?.[round] ?? Number.NaN) / perSecond));
  return {
    title: 'workers',
    text: `\`--workers\` 1 and 2 in turns, ${ROUNDS} rounds of ${ROUND_MS / 1_000} s, ${CONNECTIONS} connections, each request a new operation over three subgraphs. Clients and subgraphs run on the same cores; they are as cheap as can be.`,
    table: toTable(
      ['Workers', 'requests/s', 'times one worker'],
      contests.map(({ workers, perSecond }) => [
        String(workers),
        toMedian(perSecond).toFixed(0),
        workers === 1 ? '1.00' : growth.toFixed(2),
      ]),
    ),
    bars: [
      {
        what: 'Requests a second by two workers, against one',
        bar: `${BAR}`,
        aim: '2',
        figure: growth.toFixed(2),
        isMet: growth >= BAR,
        isAimMet: growth >= 2,
      },
    ],
  };
}

let operations = 0;

function connectAll(url: string, tokenOf: (viewer: number) => string): Promise<RawClient[]> {
  const nextBody = () => {
    operations += 1;
    return JSON.stringify({ query: toNewOperation(operations) });
  };
  const viewers = Array.from({ length: CONNECTIONS }, (_, viewer) => viewer);
  return Promise.all(viewers.map((viewer) => RawClient.connect(url, nextBody, tokenOf(viewer))));
}

/** @returns answers a second */
async function load(clients: readonly RawClient[], durationMs: number): Promise<number> {
  const startMs = performance.now();
  const isRunning = () => performance.now() - startMs < durationMs;
  const answered = await Promise.all(clients.map((client) => client.run(isRunning)));
  const elapsedMs = performance.now() - startMs;
  return (answered.reduce((sum, count) => sum + count, 0) / elapsedMs) * 1_000;
}
