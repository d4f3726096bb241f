import type { RunningContestant } from './contestant.process.ts';
import { readRssMiB } from './process.usage.ts';
import { QueryLoad, type QueryRound } from './query.load.ts';
import { ONE_FIELD, type QueryScenario, queryScenarios, THREE_SUBGRAPHS } from './query.scenarios.ts';
import { type Bar, type Section, toRatio, toTable } from './report.ts';
import type { Stage } from './stage.ts';
import { toMedian, toQuantile } from './statistics.ts';

const ROUNDS = 5;

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
      bars: [ONE_FIELD, THREE_SUBGRAPHS].includes(scenario.name) ? toBars(scenario.name, results) : [],
    };
  }
}

async function compare(scenario: QueryScenario, { gateways, viewers }: Stage): Promise<QueryResult[]> {
  await using loads = new AsyncDisposableStack();
  const contests = gateways.map((gateway) => ({
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

/** CPU time of a request, compared with each other gateway. */
function toBars(scenario: string, results: readonly QueryResult[]): Bar[] {
  const cpuOf = (name: string) => results.find(({ gateway }) => gateway.contestant.name === name)?.cpuMsPerRequest;
  const ours = results[0]?.cpuMsPerRequest ?? Number.NaN;
  return [
    { peer: 'Apollo Gateway', bar: 3, aim: 4 },
    { peer: 'Hive Gateway', bar: 1.8, aim: 2.5 },
  ].flatMap(({ peer, bar, aim }) => {
    const theirs = cpuOf(peer);
    if (theirs === undefined) return [];
    return {
      what: `CPU of a request, ${scenario}, against ${peer}`,
      bar: `1/${bar}`,
      aim: `1/${aim}`,
      figure: `1/${(theirs / ours).toFixed(1)}`,
      isMet: theirs / ours >= bar,
      isAimMet: theirs / ours >= aim,
    };
  });
}
