// Runs the gateway for minutes under a realistic load: queries, streams over WebSocket and server-sent events, clients that stop
// reading or reconnect, killed subgraphs, and new supergraphs and configurations.
//   npm run soak -- --minutes 10       exits with 1 if an event was lost or duplicated, or if memory grew after warm-up
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { feedVersions, headSeq, users } from './soak/feed.ts';
import { EventSourceFollower, type Follower, SocketFollower, type Tally } from './soak/follower.ts';
import { findFreePort, Subgraph, startGatewayProcess } from './soak/processes.ts';
import { judge, type Sample, toSample } from './soak/verdict.ts';

const TICKS =
  'subscription($stream: ID!, $bytes: Int, $afterSeq: Int) { ticks(stream: $stream, bytes: $bytes, afterSeq: $afterSeq)';
const FORWARDED = `${TICKS} { seq text } }`;
const COMPLETED = `${TICKS} { seq text author { name karma } } }`;
const LARGE = `${TICKS} { seq text padding } }`;
const QUERIES = [
  '{ users(first: 5) { id name karma } }',
  'query($id: ID!) { user(id: $id) { name } head }',
  '{ head again: users { name } }',
];
/** Size of large events. A client that stops reading for seconds must fill the network's buffers of about 6 MB. */
const LARGE_BYTES = 160 * 1024;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    streams: { type: 'string', default: '40' },
  },
});
const minutes = Number(values.minutes);
const streams = Number(values.streams);
if (!(minutes > 0) || !(streams > 0)) {
  process.stderr.write('Usage: npm run soak -- [--minutes 10] [--streams 40]; both are numbers above 0.\n');
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const supergraphFile = join(folder, 'supergraph.graphql');
const configFile = join(folder, 'router-config.yaml');
const epochMs = Date.now();
const feed = new Subgraph('feed', await findFreePort(), epochMs);
const usersSubgraph = new Subgraph('users', await findFreePort(), epochMs);
const tally: Tally = { delivered: 0, lost: 0, duplicated: 0, incomplete: 0, refused: 0, unexpected: [] };
const counts = { queries: 0, failedQueries: 0, kills: 0, reloads: 0, reconnects: 0, pauses: 0 };
const stopped = new AbortController();

async function writeSupergraph(version: number): Promise<void> {
  const { supergraphSdl, errors } = composeServices([
    { name: 'feed', url: feed.url, typeDefs: parse(feedVersions[version] as string) },
    { name: 'users', url: usersSubgraph.url, typeDefs: parse(users) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  await writeFile(supergraphFile, supergraphSdl);
}

function writeConfig(queueCapacity: number): Promise<void> {
  return writeFile(
    configFile,
    `subscription:\n  queue_capacity: ${queueCapacity}\ninclude_subgraph_errors: { all: true }\n`,
  );
}

/** Repeats an action at random intervals until the soak ends. */
async function repeat(everyMs: number, act: () => unknown): Promise<void> {
  const { signal } = stopped;
  while (!signal.aborted) {
    // Rejects only when the soak stops, which the loop looks for.
    await delay(everyMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await act();
  }
}

async function query(url: string): Promise<void> {
  const source = QUERIES[counts.queries % QUERIES.length];
  counts.queries += 1;
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: source, variables: { id: `u${counts.queries % 50}` } }),
    });
    const { errors } = (await response.json()) as { errors?: unknown[] };
    if (errors) counts.failedQueries += 1;
  } catch (error) {
    tally.unexpected.push(`a query got no answer: ${error}`);
  }
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T;
}

function startFollowers(url: string): { all: Follower[]; slow: SocketFollower[] } {
  const head = headSeq(epochMs);
  const slow = Array.from(
    { length: Math.max(1, Math.round(streams / 10)) },
    (_, n) => new SocketFollower(url, LARGE, { stream: `slow${n}`, ...{ bytes: LARGE_BYTES } }, head, tally),
  );
  const steady = Array.from({ length: streams - slow.length }, (_, n): Follower => {
    const source = n % 2 ? COMPLETED : FORWARDED;
    // Some clients follow the same stream, because equal subscriptions share an operation.
    const variables = { stream: `s${n % 12}` };
    return n % 4 === 3
      ? new EventSourceFollower(url, source, variables, head, tally)
      : new SocketFollower(url, source, variables, head, tally);
  });
  const all = [...slow, ...steady];
  for (const follower of all) follower.connect();
  return { all, slow };
}

function say({ minute, rssMiB, heapMiB, externalMiB }: Sample): void {
  const memory = `RSS ${rssMiB.toFixed(1)} MiB, heap ${heapMiB.toFixed(1)}, external ${externalMiB.toFixed(1)}`;
  const events = `${tally.delivered} events, ${tally.lost} lost, ${tally.duplicated} duplicated, ${tally.incomplete} incomplete, ${tally.refused} refused`;
  const totals = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  process.stdout.write(`minute ${minute}: ${memory}; ${events}; ${totals.join(', ')}\n`);
}

async function run(): Promise<string[]> {
  await Promise.all([writeSupergraph(0), writeConfig(256), feed.start(), usersSubgraph.start()]);
  await using gateway = await startGatewayProcess(supergraphFile, configFile);
  const { all, slow } = startFollowers(gateway.url);
  let version = 0;
  const disturbances = [
    repeat(50, () => query(gateway.url)),
    repeat(1_000, () => {
      const follower = pick(all);
      follower.disconnect();
      follower.connect();
      counts.reconnects += 1;
    }),
    repeat(4_000, async () => {
      const follower = pick(slow);
      counts.pauses += 1;
      follower.stopReading();
      await delay(2_000 + Math.random() * 6_000);
      follower.goOnReading();
    }),
    repeat(15_000, async () => {
      const killed = pick([feed, feed, usersSubgraph]);
      counts.kills += 1;
      await killed.kill();
      await delay(Math.random() * 2_000);
      await killed.start();
    }),
    repeat(10_000, async () => {
      version = 1 - version;
      counts.reloads += 1;
      await (Math.random() < 0.7 ? writeSupergraph(version) : writeConfig(128 + Math.floor(Math.random() * 256)));
    }),
  ];
  const samples: Sample[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    await delay(60_000);
    samples.push(toSample(minute, await gateway.measureMemory()));
    say(samples.at(-1) as Sample);
  }
  stopped.abort();
  await Promise.all(disturbances);
  for (const follower of slow) follower.goOnReading();
  const end = headSeq(epochMs);
  const deadline = performance.now() + 30_000;
  while (all.some(({ seq }) => seq < end) && performance.now() < deadline) await delay(50);
  for (const { seq } of all) tally.lost += Math.max(0, end - seq);
  for (const follower of all) follower.disconnect();
  return judge(samples, tally);
}

try {
  const problems = await run();
  for (const problem of problems) process.stdout.write(`FAILED: ${problem}\n`);
  process.stdout.write(
    `${problems.length ? 'FAILED' : 'PASSED'}: ${minutes} minutes, ${streams} streams, ${tally.delivered} events delivered, ${tally.lost} lost, ${tally.duplicated} duplicated\n`,
  );
  process.exitCode = problems.length ? 1 : 0;
} finally {
  await Promise.all([feed.kill(), usersSubgraph.kill()]);
  await rm(folder, { recursive: true, force: true });
}
