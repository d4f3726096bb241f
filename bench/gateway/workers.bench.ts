import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { spawnNode, startContestant, stop } from './contestant.process.ts';
import { readCpuMs, readFamilyCpuMs } from './process.usage.ts';
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
/** CPU of a request by two workers over that by one: at most so that two cores of their own serve `BAR` times as much. */
const CPU_BAR = 2 / BAR;
/** An operation that nobody has sent before, so that it is parsed, checked and planned: nearly all of it is the gateway's own work. */
const toNewOperation = (count: number) =>
  `{ new${count}: __typename me { id name projects(first: 5) { id title files { path sizeBytes } costCents plan { name limit } } } }`;

interface Contest {
  readonly workers: number;
  readonly pid: number;
  readonly clients: readonly RawClient[];
  readonly rounds: Round[];
}

interface Round {
  readonly perSecond: number;
  /** Of all processes of the gateway. */
  readonly gatewayCpuMs: number;
  /** Of clients and subgraphs, which share the machine's cores with the gateway. */
  readonly otherCpuMs: number;
}

/**
 * Requests a second, and CPU of a request, by `--workers 1` and by `--workers 2` in turns. Where clients and subgraphs share the
 * machine's cores with the workers, the first says more of the machine than of the gateway: with two workers there is no core
 * left for them. The second is what workers cost each other, and holds on any machine.
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
  const contests: Contest[] = [];
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
    contests.push({ workers, pid: gateway.pid, clients, rounds: [] });
  }
  for (const { clients } of contests) await load(clients, WARM_UP_MS);
  const subgraphPids = [canned.pid as number];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contest of contests) contest.rounds.push(await measure(contest, subgraphPids));
  }
  return toSection(contests);
}

async function measure({ pid, clients }: Contest, subgraphPids: readonly number[]): Promise<Round> {
  const readOthers = () => subgraphPids.reduce((sum, one) => sum + readCpuMs(one), readCpuMs(process.pid));
  const before = { gateway: readFamilyCpuMs(pid), others: readOthers(), ms: performance.now() };
  const answered = await load(clients, ROUND_MS);
  const elapsedMs = performance.now() - before.ms;
  return {
    perSecond: (answered / elapsedMs) * 1_000,
    gatewayCpuMs: (readFamilyCpuMs(pid) - before.gateway) / answered,
    otherCpuMs: (readOthers() - before.others) / answered,
  };
}

function toSection(contests: readonly Contest[]): Section {
  const [one, two] = contests.map(({ rounds }) => rounds);
  const toGrowth = (figure: keyof Round) =>
    toMedian((one ?? []).map((round, index) => (two?.[index]?.[figure] ?? Number.NaN) / round[figure]));
  const growth = toGrowth('perSecond');
  const cpu = toGrowth('gatewayCpuMs');
  const medianOf = (rounds: readonly Round[], figure: keyof Round) => toMedian(rounds.map((round) => round[figure]));
  const other = medianOf(two ?? [], 'otherCpuMs');
  const own = medianOf(two ?? [], 'gatewayCpuMs');
  return {
    title: 'workers',
    text: `\`--workers\` 1 and 2 in turns, ${ROUNDS} rounds of ${ROUND_MS / 1_000} s, ${CONNECTIONS} connections, each request a new operation over three subgraphs. Clients and subgraphs run on the same ${cpus().length} cores and take ${(other / (own + other)).toFixed(2)} of the CPU of a request by two workers: on two cores, requests a second cannot grow by more than ${Math.min(2, (2 * own) / (own + other)).toFixed(2)}. The bar is for the CPU of a request, by all processes of the gateway: at ${CPU_BAR.toFixed(2)} times that of one worker, two with a core each serve ${BAR} times as much.`,
    table: toTable(
      [
        'Workers',
        'requests/s',
        'times one worker',
        'CPU ms a request',
        'times one worker',
        'CPU ms of clients and subgraphs',
      ],
      contests.map(({ workers, rounds }) => [
        String(workers),
        medianOf(rounds, 'perSecond').toFixed(0),
        workers === 1 ? '1.00' : growth.toFixed(2),
        medianOf(rounds, 'gatewayCpuMs').toFixed(3),
        workers === 1 ? '1.00' : cpu.toFixed(2),
        medianOf(rounds, 'otherCpuMs').toFixed(3),
      ]),
    ),
    bars: [
      {
        what: 'CPU of a request by two workers, against one',
        bar: CPU_BAR.toFixed(2),
        aim: '1',
        figure: cpu.toFixed(2),
        isMet: cpu <= CPU_BAR,
        isAimMet: cpu <= 1,
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

/** @returns how many were answered */
async function load(clients: readonly RawClient[], durationMs: number): Promise<number> {
  const startMs = performance.now();
  const isRunning = () => performance.now() - startMs < durationMs;
  const answered = await Promise.all(clients.map((client) => client.run(isRunning)));
  return answered.reduce((sum, count) => sum + count, 0);
}
