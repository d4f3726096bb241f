import type { RunningContestant } from './contestant.process.ts';
import { readCpuMs } from './process.usage.ts';
import { type Bar, type Section, toRatio, toTable } from './report.ts';
import type { Stage } from './stage.ts';
import { toMedian, toSum } from './statistics.ts';
import { type StreamOutcome, toTokensQuery } from './stream.clients.ts';

export interface StreamScenario {
  readonly name: string;
  readonly text: string;
  readonly selection: string;
  readonly streams: number;
  /** Number of events of each stream in each round. */
  readonly count: number;
  /** Interval of events in each stream; 0: as fast as the subgraph can. */
  readonly everyMs: number;
  /** Goal for the ratio of Hive Gateway's CPU time to ours. */
  readonly againstHive: { readonly bar: number; readonly aim: number };
  /** Whether an event should cost the gateway less than the subgraph. */
  readonly isForwarded: boolean;
}

const WARM_UP_ROUNDS = 2;
const ROUNDS = 3;

export const streamScenarios: readonly StreamScenario[] = [
  {
    name: 'forwarded events, at the pace of tokens',
    text: 'Streams whose fields all come from one subgraph: 50 users, each with a connection of their own, 50 events a second each.',
    selection: '{ seq text }',
    streams: 50,
    count: 150,
    everyMs: 20,
    againstHive: { bar: 2, aim: 4 },
    isForwarded: true,
  },
  {
    name: 'forwarded events, as fast as they come',
    text: 'The same for 8 users, who read long streams from their beginning.',
    selection: '{ seq text }',
    streams: 8,
    count: 4_000,
    everyMs: 0,
    againstHive: { bar: 2, aim: 4 },
    isForwarded: true,
  },
  {
    name: 'events completed from two other subgraphs',
    text: 'Each event names a user and a project, whose fields come from two subgraphs after 10 ms; 4 users, each with 1,000 events a second: events come faster than what completes them.',
    selection: '{ seq text user { nickname } project { spentCents } }',
    streams: 4,
    count: 1_000,
    everyMs: 1,
    againstHive: { bar: 5, aim: 20 },
    isForwarded: false,
  },
];

interface StreamRound {
  readonly usPerEvent: number;
  readonly subgraphUsPerEvent: number;
  readonly outcome: StreamOutcome;
}

interface StreamContest {
  readonly name: string;
  readonly url: string;
  /** Null for the subgraph itself. */
  readonly gateway: RunningContestant | null;
  readonly rounds: StreamRound[];
}

/** Measures the CPU time of an event through each gateway, with one table for each scenario. */
export async function* benchStreamCost(stage: Stage, only: string): AsyncGenerator<Section> {
  for (const scenario of streamScenarios) {
    if (!scenario.name.includes(only)) continue;
    const contests = await compare(scenario, stage);
    yield {
      title: scenario.name,
      text: `${scenario.text} ${scenario.streams * scenario.count * ROUNDS} events through each in ${ROUNDS} rounds.`,
      table: toTable(
        [
          'Gateway',
          'CPU us an event',
          'times ours',
          "the subgraph's CPU us an event",
          'events a CPU second',
          'received',
          'lost',
        ],
        contests.map((contest) => toRow(contest, contests)),
      ),
      bars: toBars(scenario, contests),
    };
  }
}

async function compare(scenario: StreamScenario, stage: Stage): Promise<StreamContest[]> {
  const streaming = stage.gateways.filter(({ contestant }) => contestant.streams);
  const contests: StreamContest[] = streaming.map((gateway) => ({
    name: gateway.contestant.name,
    url: `${gateway.url}/graphql`,
    gateway,
    rounds: [],
  }));
  if (scenario.isForwarded)
    contests.push({ name: 'the subgraph itself', url: stage.feed.url, gateway: null, rounds: [] });
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const contest of contests) {
      const measured = await runRound(contest, scenario, stage);
      if (round >= 0) contest.rounds.push(measured);
    }
  }
  return contests;
}

async function runRound(contest: StreamContest, scenario: StreamScenario, stage: Stage): Promise<StreamRound> {
  const { streams, count, everyMs, selection } = scenario;
  const gatewayPid = contest.gateway?.pid ?? stage.feed.pid;
  const before = readCpuMs(gatewayPid);
  const subgraphBefore = readCpuMs(stage.feed.pid);
  const [outcome] = await stage.clients.run([
    {
      url: contest.url,
      tokens: Array.from({ length: streams }, (_, viewer) => stage.viewers.token(viewer)),
      query: toTokensQuery(selection),
      variables: { count, everyMs },
      count,
    },
  ]);
  if (!outcome?.received) throw new Error(`${contest.name}, ${scenario.name}: ${outcome?.failures[0] ?? 'no event'}`);
  const { received } = outcome;
  return {
    usPerEvent: ((readCpuMs(gatewayPid) - before) / received) * 1_000,
    subgraphUsPerEvent: ((readCpuMs(stage.feed.pid) - subgraphBefore) / received) * 1_000,
    outcome,
  };
}

function toRow({ name, gateway, rounds }: StreamContest, contests: readonly StreamContest[]): string[] {
  const us = usOf(rounds);
  return [
    name,
    us.toFixed(1),
    toRatio(us, usOf(contests[0]?.rounds ?? [])),
    gateway ? toMedian(rounds.map(({ subgraphUsPerEvent }) => subgraphUsPerEvent)).toFixed(1) : '',
    (1e6 / us).toFixed(0),
    String(toSum(rounds.map(({ outcome }) => outcome.received))),
    String(toSum(rounds.map(({ outcome }) => outcome.missed))),
  ];
}

function usOf(rounds: readonly StreamRound[]): number {
  return toMedian(rounds.map(({ usPerEvent }) => usPerEvent));
}

function toBars({ name, againstHive, isForwarded }: StreamScenario, contests: readonly StreamContest[]): Bar[] {
  const [ours] = contests;
  if (!ours) return [];
  const us = usOf(ours.rounds);
  const bars: Bar[] = [];
  const hive = contests.find((contest) => contest.name === 'Hive Gateway');
  if (hive) {
    const ratio = usOf(hive.rounds) / us;
    bars.push({
      what: `CPU of an event, ${name}, against Hive Gateway`,
      bar: `1/${againstHive.bar}`,
      aim: `1/${againstHive.aim}`,
      figure: `1/${ratio.toFixed(1)}`,
      isMet: ratio >= againstHive.bar,
      isAimMet: ratio >= againstHive.aim,
    });
  }
  if (isForwarded) {
    const subgraphUs = toMedian(ours.rounds.map(({ subgraphUsPerEvent }) => subgraphUsPerEvent));
    const isLess = us < subgraphUs;
    bars.push({
      what: `CPU of an event, ${name}, against the subgraph's own`,
      bar: `${subgraphUs.toFixed(1)} us`,
      aim: 'as little as can be',
      figure: `${us.toFixed(1)} us`,
      isMet: isLess,
      isAimMet: false,
    });
  }
  const lost = toSum(ours.rounds.map(({ outcome }) => outcome.missed));
  bars.push({
    what: `Events lost, ${name}`,
    bar: '0',
    aim: '0',
    figure: String(lost),
    isMet: lost === 0,
    isAimMet: lost === 0,
  });
  return bars;
}
