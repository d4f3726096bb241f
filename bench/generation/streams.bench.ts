import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import { eventually, type Person, signUp } from '../../tests/support/client.ts';
import type { RunningProcess } from '../../tests/support/process.ts';
import { type RealGraph, startRealGraph } from '../../tests/support/real-graph.ts';
import { type ScriptedModel, startScriptedModel } from '../../tests/support/scripted.model.ts';
import { type Bar, type Section, toTable } from '../gateway/report.ts';
import { toQuantile } from '../gateway/statistics.ts';
import { countFaults, createProject, openViewer, PORT_OFFSET, startGeneration, watch } from './viewer.ts';

export interface Load {
  readonly title: string;
  readonly users: number;
  /** Generations of each user, all at once. */
  readonly generations: number;
  /** Watchers of each generation. */
  readonly watchers: number;
  readonly tokensPerSecond: number;
  readonly seconds: number;
}

/** Tokens of one stream that are said before memory is first read, so that code is compiled and caches are full. */
const WARM_UP_SHARE = 1 / 3;
/** What a process may grow by from there to the end of the answers, where nothing more is held for each event. */
const GROWTH = 1.15;
const MODEL = 'scripted';
const root = join(import.meta.dirname, '..', '..');

interface Watched {
  /** Of each token, from the model's write to the watcher. */
  readonly delaysMs: readonly number[];
  readonly missing: number;
  readonly repeated: number;
  readonly text: string;
}

/** Answers that a server dictates at a steady pace, with all their watchers, through the gateway and seven processes. */
export async function benchStreams(load: Load): Promise<Section> {
  await using model = await startScriptedModel();
  await using config = await createConfig(load);
  await using graph = await startRealGraph({
    portOffset: PORT_OFFSET,
    env: {
      ...model.env,
      ROUTER_CONFIG_FILE: config.path,
      MODEL_CONCURRENCY: String(load.users * load.generations),
      SANDBOX: 'wasm',
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'memory.preload.ts')}`,
    },
  });
  const ids: { readonly person: Person; readonly id: string; readonly viewer: Client }[] = [];
  for (let user = 0; user < load.users; user += 1) {
    const person = await signUp(graph.url, `user${user}`);
    const viewer = await openViewer(graph.url, person.token);
    for (let at = 0; at < load.generations; at += 1) {
      const projectId = await createProject(person);
      ids.push({
        person,
        viewer,
        id: await startGeneration(person, { projectId, prompt: 'Text', model: MODEL, maxTokens: 2_000 }),
      });
    }
  }
  const saidAt = new Map<number, number>();
  const watched = Promise.all(
    ids.flatMap(({ id, viewer }) => Array.from({ length: load.watchers }, () => watchOne(viewer, id, saidAt))),
  );
  const memory = await dictate({ load, model, graph, saidAt });
  const results = await watched;
  for (const { viewer } of ids) viewer.dispose();
  return toSection(load, results, memory);
}

/** The shipped configuration, but for the number of streams that one person may follow. */
async function createConfig(load: Load) {
  const shipped = await readFile(join(root, 'router-config.yaml'), 'utf8');
  const most = `max_per_client: ${load.generations * load.watchers + 10}`;
  const changed = shipped.replace(/max_per_client: \d+/, most);
  if (!changed.includes(most)) throw new Error('router-config.yaml has no max_per_client any more.');
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  const path = join(directory, 'router-config.yaml');
  await writeFile(path, changed);
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

/** Says the same tokens in every answer. @returns what the processes hold after the warm-up and at the end */
async function dictate({
  load: { users, generations, tokensPerSecond, seconds },
  model,
  graph,
  saidAt,
}: {
  load: Load;
  model: ScriptedModel;
  graph: RealGraph;
  saidAt: Map<number, number>;
}): Promise<Map<string, { before: number; after: number }>> {
  const answers = [];
  while (answers.length < users * generations) answers.push(await model.nextAnswer());
  const tokens = tokensPerSecond * seconds;
  const startedAt = performance.now();
  let before: Promise<Memory> | null = null;
  for (let token = 0; token < tokens; token += 1) {
    saidAt.set(token, performance.now());
    for (const answer of answers) answer.say(`token ${token}.\n`);
    if (token === Math.floor(tokens * WARM_UP_SHARE)) before = readMemory(graph);
    const nextAt = startedAt + ((token + 1) * 1_000) / tokensPerSecond;
    await delay(Math.max(0, nextAt - performance.now()));
  }
  const after = await readMemory(graph);
  const grown = new Map([...(await before)!].map(([name, mib]) => [name, { before: mib, after: after.get(name)! }]));
  for (const answer of answers) answer.end();
  return grown;
}

/** MiB that a process holds, garbage left out. */
type Memory = ReadonlyMap<string, number>;

async function readMemory({ processes }: RealGraph): Promise<Memory> {
  const held = MEASURED.map(async (name) => [name, await readHeldMiB(processes.get(name)!)] as const);
  return new Map(await Promise.all(held));
}

const MEASURED = ['ai-generation', 'gateway'] as const;

async function readHeldMiB(running: RunningProcess): Promise<number> {
  const find = () => [...running.output().matchAll(/"heldBytes":(\d+)/g)];
  const earlier = find().length;
  running.kill('SIGUSR2');
  const found = await eventually(
    async () => find(),
    (all) => all.length > earlier,
  );
  return Number(found.at(-1)![1]) / 2 ** 20;
}

async function watchOne(viewer: Client, id: string, saidAt: ReadonlyMap<number, number>): Promise<Watched> {
  const events: { seq: number; __typename: string }[] = [];
  const delaysMs: number[] = [];
  let text = '';
  for await (const { seq, __typename, text: piece, at } of watch(viewer, id)) {
    events.push({ seq, __typename });
    if (!piece) continue;
    text += piece;
    const [, token] = /token (\d+)\.\n$/.exec(piece) ?? [];
    const said = token === undefined ? undefined : saidAt.get(Number(token));
    if (said !== undefined) delaysMs.push(at - said);
  }
  return { ...countFaults(events), delaysMs, text };
}

function toSection(
  load: Load,
  results: readonly Watched[],
  memory: ReadonlyMap<string, { before: number; after: number }>,
): Section {
  const { title, users, generations, watchers, tokensPerSecond, seconds } = load;
  const tokens = tokensPerSecond * seconds;
  const whole = Array.from({ length: tokens }, (_, token) => `token ${token}.\n`).join('');
  const missing = sum(results, (result) => result.missing + (result.text.includes(whole) ? 0 : 1));
  const repeated = sum(results, (result) => result.repeated);
  const delays = results.flatMap((result) => result.delaysMs);
  const growth = MEASURED.map((name) => {
    const { before = Number.NaN, after = Number.NaN } = memory.get(name) ?? {};
    return { name, before, after };
  });
  const bars: Bar[] = [
    {
      what: `${title}: events missing, repeated`,
      bar: '0, 0',
      aim: '',
      figure: `${missing}, ${repeated}`,
      isMet: missing + repeated === 0 && results.length === users * generations * watchers,
      isAimMet: false,
    },
    ...growth.map(({ name, before, after }) => ({
      what: `${title}: memory that ${name} holds after a third of the answer, and at its end`,
      bar: `at most ${GROWTH} times as much`,
      aim: '',
      figure: `${before.toFixed(0)} MiB, ${after.toFixed(0)} MiB`,
      isMet: after <= before * GROWTH,
      isAimMet: false,
    })),
  ];
  return {
    title,
    text: `${users * generations} generations of ${users} users at once, ${watchers} watcher(s) each, ${tokensPerSecond} tokens a second for ${seconds} s from a server that dictates them. Every watcher must get every event once, in order, and the whole text.`,
    table: toTable(
      ['Streams', 'events received', 'delay p50, ms', 'delay p95, ms'],
      [
        [
          String(results.length),
          String(delays.length),
          toQuantile(delays, 0.5).toFixed(0),
          toQuantile(delays, 0.95).toFixed(0),
        ],
      ],
    ),
    bars,
  };
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
