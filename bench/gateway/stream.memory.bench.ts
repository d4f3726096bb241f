import { setTimeout as delay } from 'node:timers/promises';
import type { RunningContestant } from './contestant.process.ts';
import { type Bar, type Section, toTable } from './report.ts';
import type { Stage } from './stage.ts';

const BAR = { streams: 5_000, kb: 60 };
const AIM_STREAMS = 9_000;
/** Streams that are opened and closed before the first measurement, to compile code and fill caches. */
const WARM_UP_STREAMS = 200;
const EVENTS_PER_SECOND = 20;
const SENDING_MS = 10_000;
const OPEN_LIMIT_MS = 120_000;

interface HeldStreams {
  readonly asked: number;
  readonly open: number;
  readonly kbPerStream: number;
  /** The part in V8's heap and buffers. */
  readonly heapKbPerStream: number;
  readonly rssMiB: number;
  readonly sent: number;
  readonly received: number;
  readonly missed: number;
  readonly failure: string | undefined;
}

/** Measures the memory of open streams of distinct users, each on a separate connection. */
export async function benchStreamMemory(stage: Stage): Promise<Section> {
  const rows: { name: string; held: HeldStreams }[] = [];
  for (const { contestant } of stage.gateways.filter((gateway) => gateway.contestant.streams)) {
    await using gateway = await stage.startFresh(contestant);
    for (const held of await holdStreams(gateway, stage)) rows.push({ name: contestant.name, held });
  }
  return {
    title: 'open streams of distinct users',
    text: `Each user has a connection and a token of their own; ${EVENTS_PER_SECOND} events a second go to all streams in turn, for ${SENDING_MS / 1_000} s. Memory is what the resident set of a fresh process grew by after its first ${WARM_UP_STREAMS} streams, garbage collected before and at the end.`,
    table: toTable(
      [
        'Gateway',
        'streams asked',
        'open',
        'KB a stream',
        'heap KB a stream',
        'RSS MiB',
        'events sent',
        'received',
        'lost',
      ],
      rows.map(({ name, held }) => [
        name,
        String(held.asked),
        held.failure ? `${held.open} (${held.failure})` : String(held.open),
        held.kbPerStream.toFixed(1),
        held.heapKbPerStream.toFixed(1),
        held.rssMiB.toFixed(0),
        String(held.sent),
        String(held.received),
        String(held.missed),
      ]),
    ),
    bars: toBars(rows.filter(({ name }) => name === rows[0]?.name).map(({ held }) => held)),
  };
}

async function holdStreams(gateway: RunningContestant, stage: Stage): Promise<HeldStreams[]> {
  const { clients, feed, viewers } = stage;
  const results: HeldStreams[] = [];
  const hold = (first: number, streams: number) =>
    clients.hold({
      url: `${gateway.url}/graphql`,
      tokens: Array.from({ length: streams }, (_, index) => viewers.token(first + index)),
      query: 'subscription Notices { notices { seq text } }',
      count: null,
    });
  await hold(AIM_STREAMS, WARM_UP_STREAMS);
  await waitUntilOpen(stage, WARM_UP_STREAMS);
  await clients.release();
  await waitUntilClosed(stage);
  const before = await gateway.measureMemory();
  const sentBefore = (await feed.state()).sentNotices;
  let asked = 0;
  for (const streams of [BAR.streams, AIM_STREAMS]) {
    await hold(asked, streams - asked);
    asked = streams;
    const open = await waitUntilOpen(stage, streams);
    feed.sendNotices(EVENTS_PER_SECOND);
    await delay(SENDING_MS);
    feed.sendNotices(0);
    await delay(1_000);
    const after = await gateway.measureMemory();
    const sent = (await feed.state()).sentNotices - sentBefore;
    const { received, failures } = await clients.look();
    results.push({
      asked,
      open,
      kbPerStream: (after.rss - before.rss) / 1_024 / open,
      heapKbPerStream: (toHeld(after) - toHeld(before)) / 1_024 / open,
      rssMiB: after.rss / 2 ** 20,
      sent,
      received,
      missed: sent - received,
      failure: failures[0],
    });
    if (failures.length) break;
  }
  await clients.release();
  await waitUntilClosed(stage);
  return results;
}

function toHeld({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external;
}

/** @returns the number of streams at the subgraph: all requested ones, or the number at which it stops growing */
async function waitUntilOpen({ feed, clients }: Stage, asked: number): Promise<number> {
  const deadline = performance.now() + OPEN_LIMIT_MS;
  for (;;) {
    const { openStreams } = await feed.state();
    if (openStreams >= asked || performance.now() > deadline) return openStreams;
    if (openStreams + (await clients.look()).failures.length >= asked) return openStreams;
    await delay(100);
  }
}

async function waitUntilClosed({ feed }: Stage): Promise<void> {
  const deadline = performance.now() + OPEN_LIMIT_MS;
  while ((await feed.state()).openStreams > 0 && performance.now() < deadline) await delay(100);
}

function toBars(results: readonly HeldStreams[]): Bar[] {
  const isWhole = ({ asked, open, missed }: HeldStreams) => open === asked && missed === 0;
  const [first] = results;
  if (!first) return [];
  const most = results.findLast((held) => isWhole(held) && held.kbPerStream <= BAR.kb);
  const isMet = isWhole(first) && first.kbPerStream <= BAR.kb;
  return [
    {
      what: `Open streams of distinct users, at most ${BAR.kb} KB each, no event lost`,
      bar: `${BAR.streams} streams`,
      aim: `${AIM_STREAMS} streams`,
      figure: most ? `${most.open} streams, ${most.kbPerStream.toFixed(1)} KB` : `${first.kbPerStream.toFixed(1)} KB`,
      isMet,
      isAimMet: isMet && most?.asked === AIM_STREAMS,
    },
  ];
}
