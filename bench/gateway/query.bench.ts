import type { RunningContestant } from './contestant.process.ts';
import { readRssMiB } from './process.usage.ts';
import { QueryLoad, type QueryRound } from './query.load.ts';
import { type QueryScenario, queryScenarios } from './query.scenarios.ts';
import { type Bar, type Section, toRatio, toTable } from './report.ts';
import type { Stage } from './stage.ts';
import { toMedian, toQuantile } from './statistics.ts';

const ROUNDS = 9;

interface QueryResult {
  readonly gateway: RunningContestant;
  readonly cpuMsPerRequest: number;
  readonly cells: readonly string[];
}

/** Queries over HTTP, one table for each scenario. */
export async function* benchQueries(stage: Stage, only: string): AsyncGenerator<Section> {
  for (const scenario of queryScenarios) {
    if (!scenario.name.includes(only)) continue;
    const results = await compare(scenario, stage);
    yield {
      title: scenario.name,
      text: `${scenario.requests * ROUNDS} requests to each gateway in ${ROUNDS} rounds, ${scenario.concurrency} at once.`,
      table: toTable(
        ['Gateway', 'CPU ms a request', 'times ours', 'requests/s', 'p50 ms', 'p99 ms', 'RSS MiB'],
        results.map(({ gateway, cells }) => [gateway.contestant.name, ...cells]),
      ),
      bars: toBars(scenario, results),
    };
  }
}

async function compare(scenario: QueryScenario, { gateways, viewers }: Stage): Promise<QueryResult[]> {
  await using loads = new AsyncDisposableStack();
  const contests = gateways
    .filter(({ contestant }) => contestant.answers?.(scenario.name) ?? true)
    .map((gateway) => ({
      gateway,
      load: loads.use(new QueryLoad(gateway, scenario, viewers.token)),
      rounds: [] as QueryRound[],
    }));
  for (const { load } of contests) await load.warmUp();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { load, rounds } of contests) rounds.push(await load.run());
  }
  const [ours] = contests;
  const cpuOf = (rounds: readonly QueryRound[]) => toMedian(rounds.map(({ cpuMsPerRequest }) => cpuMsPerRequest));
  return contests.map(({ gateway, rounds }) => {
    const latenciesMs = rounds.flatMap((round) => round.latenciesMs);
    const cpuMsPerRequest = cpuOf(rounds);
    return {
      gateway,
      cpuMsPerRequest,
      cells: [
        cpuMsPerRequest.toFixed(3),
        toRatio(cpuMsPerRequest, cpuOf(ours?.rounds ?? [])),
        toMedian(rounds.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0),
        toQuantile(latenciesMs, 0.5).toFixed(1),
        toQuantile(latenciesMs, 0.99).toFixed(1),
        readRssMiB(gateway.pid).toFixed(0),
      ],
    };
  });
}

/** CPU of a request, against each peer. */
function toBars({ name, bars = [] }: QueryScenario, results: readonly QueryResult[]): Bar[] {
  const cpuOf = (peer: string) => results.find(({ gateway }) => gateway.contestant.name === peer)?.cpuMsPerRequest;
  const ours = results[0]?.cpuMsPerRequest ?? Number.NaN;
  return bars.flatMap(({ peer, atMost, aim }) => {
    const theirs = cpuOf(peer);
    if (theirs === undefined) return [];
    return {
      what: `CPU of a request, ${name}, against ${peer}`,
      bar: toFraction(atMost),
      aim: toFraction(aim),
      figure: toFraction(ours / theirs),
      isMet: ours / theirs <= atMost,
      isAimMet: ours / theirs <= aim,
    };
  });
}

/** 0.25 is `1/4`, 1.25 is `1.25`. */
function toFraction(ratio: number): string {
  return ratio < 1 ? `1/${Number((1 / ratio).toFixed(1))}` : `${Number(ratio.toFixed(2))}`;
}
