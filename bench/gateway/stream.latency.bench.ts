import { type Section, toTable } from './report.ts';
import type { Stage } from './stage.ts';
import { toQuantile } from './statistics.ts';
import { toTokensQuery } from './stream.clients.ts';

const EVENTS = 1_500;
const EVERY_MS = 10;
const BAR_MS = 5;
const AIM_MS = 1;

/** Measures the latency that each gateway adds to an event. All run at the same time, so that noise affects them equally. */
export async function benchStreamLatency({ gateways, feed, clients, viewers }: Stage): Promise<Section> {
  const through = gateways.filter(({ contestant }) => contestant.streams);
  const targets = [
    { name: 'the subgraph itself', url: feed.url },
    ...through.map(({ contestant, url }) => ({ name: contestant.name, url: `${url}/graphql` })),
  ];
  const run = (count: number) =>
    clients.run(
      targets.map(({ url }, viewer) => ({
        url,
        tokens: [viewers.token(viewer)],
        query: toTokensQuery('{ seq text sentAtMs }'),
        variables: { count, everyMs: EVERY_MS },
        count,
      })),
    );
  await run(EVENTS / 10);
  const outcomes = await run(EVENTS);
  const delays = outcomes.map(({ delaysMs }) => ({ p50: toQuantile(delaysMs, 0.5), p95: toQuantile(delaysMs, 0.95) }));
  const [direct, ours] = delays;
  const failed = outcomes.find(({ failures }) => failures.length);
  if (failed || !direct || !ours) throw new Error(`A stream of the latencies failed: ${failed?.failures[0]}`);
  const added = ours.p95 - direct.p95;
  return {
    title: 'latency of an event',
    text: `From the subgraph's resolver to the client, ${EVENTS} events each, one every ${EVERY_MS} ms, through all at the same time.`,
    table: toTable(
      ['Through', 'p50 ms', 'p95 ms', 'added p50 ms', 'added p95 ms', 'received', 'lost'],
      delays.map(({ p50, p95 }, index) => [
        targets[index]?.name ?? '',
        p50.toFixed(2),
        p95.toFixed(2),
        (p50 - direct.p50).toFixed(2),
        (p95 - direct.p95).toFixed(2),
        String(outcomes[index]?.received),
        String(outcomes[index]?.missed),
      ]),
    ),
    bars: [
      {
        what: 'Latency that the gateway adds to an event, p95',
        bar: `${BAR_MS} ms`,
        aim: `${AIM_MS} ms`,
        figure: `${added.toFixed(2)} ms`,
        isMet: added <= BAR_MS,
        isAimMet: added <= AIM_MS,
      },
    ],
  };
}
