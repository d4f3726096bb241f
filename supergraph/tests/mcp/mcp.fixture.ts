import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import { parse } from 'graphql';
import { type GatewayOptions, startGateway } from '../../src/gateway/gateway.ts';
import { believeHeaders } from '../edge/edge.fixture.ts';
import { startSubgraph } from '../subscription/feed.servers.ts';
import { createFolder, type ObservedLog, observeLog } from '../support/source.fixture.ts';
import { FEDERATION } from '../support/test.graph.ts';

const sdl = (more = '') => `${FEDERATION}
  scalar DateTime
  enum State { WAITING DONE }
  type Query {
    "One job."
    job("Number of the job." id: ID!): Job
    jobs(filter: Filter, since: DateTime): [Job!]!
    secret: String @authenticated
    big(bytes: Int!): String
    number: Float
    held: String
  }
  input Filter { state: State = DONE text: String }
  type Mutation { addJob(text: String!, key: String!): Job! cancelJob(id: ID!): Boolean! }
  type Subscription { ran(id: ID!): Step! forever(id: ID): Step! flood(bytes: Int!): Step! }
  type Job { id: ID! text: String! key: String ${more} }
  type Step { at: Int! text: String }`;

/** What the subgraph of jobs has done. */
interface Jobs {
  readonly cancelled: string[];
  readonly keys: string[];
  /** Each answers one query for `held`. */
  readonly held: (() => void)[];
  readonly waiting: Set<() => void>;
  /** Subscriptions that run. */
  open: number;
  until(holds: () => boolean): Promise<void>;
}

function createJobs(): Jobs {
  const jobs: Jobs = {
    cancelled: [],
    keys: [],
    held: [],
    waiting: new Set(),
    open: 0,
    async until(holds) {
      while (!holds()) await new Promise<void>((resolve) => jobs.waiting.add(resolve));
    },
  };
  return jobs;
}

function toSchema(jobs: Jobs) {
  const changed = (apply: () => void) => {
    apply();
    for (const look of jobs.waiting) look();
    jobs.waiting.clear();
  };
  const steps = (last: number, text = 'step') =>
    toStoppable(async function* (signal) {
      changed(() => {
        jobs.open += 1;
      });
      try {
        for (let at = 1; at <= last && !signal.aborted; at += 1) yield { at, text: `${text} ${at}` };
        if (last !== 3) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      } finally {
        changed(() => {
          jobs.open -= 1;
        });
      }
    });
  const resolve = (step: object) => step;
  return buildSubgraphSchema([
    {
      typeDefs: parse(sdl('price: Int')),
      resolvers: {
        Query: {
          job: (_: unknown, { id }: { id: string }) => {
            if (id === 'gone') throw new Error('There is no such job.');
            return { id, text: `job ${id}`, price: 1 };
          },
          jobs: (_: unknown, args: object) => [{ id: '1', text: JSON.stringify(args), price: 1 }],
          secret: () => 'secret',
          big: (_: unknown, { bytes }: { bytes: number }) => 'x'.repeat(bytes),
          number: () => 0.5,
          held: () => new Promise((resolve) => changed(() => jobs.held.push(() => resolve('held')))),
        },
        Mutation: {
          addJob: (_: unknown, { text, key }: { text: string; key: string }) => {
            jobs.keys.push(key);
            return { id: '7', text, key };
          },
          cancelJob(_: unknown, { id }: { id: string }) {
            changed(() => jobs.cancelled.push(id));
            return true;
          },
        },
        Subscription: {
          ran: { subscribe: () => steps(3), resolve },
          forever: { subscribe: () => steps(1), resolve },
          flood: { subscribe: (_: unknown, { bytes }: { bytes: number }) => steps(2_000, 'x'.repeat(bytes)), resolve },
        },
      },
    },
  ]);
}

const compose = (url: string, more?: string) =>
  composeServices([{ name: 'jobs', url, typeDefs: parse(sdl(more)) }]).supergraphSdl!;

const operations = `
# Finds one job.
query find_job($id: ID!) { job(id: $id) { id text } }
query list_jobs($filter: Filter, $since: DateTime) { jobs(filter: $filter, since: $since) { id text } }
query read_secret { secret }
query read_held { held }
query read_big($bytes: Int!) { big(bytes: $bytes) }
mutation add_job($text: String!, $key: String!) { addJob(text: $text, key: $key) { id text } }
mutation cancel_job($id: ID!) { cancelJob(id: $id) }
subscription follow_job($id: ID!) { ran(id: $id) { at text } }
subscription follow_forever($id: ID!) { forever(id: $id) { at text } }
subscription follow_flood($bytes: Int!) { flood(bytes: $bytes) { at text } }
`;

export const mcpConfig = (more = '') => `
include_subgraph_errors: { all: true }
mcp:
  operations: [tools]
  mutation_mode: explicit
  require_authentication: false
  custom_scalars: { DateTime: { type: string, format: date-time } }
  tools:
    add_job: { generate: [key], title: Add a job }
    follow_job: { progress: { value: ran.at, message: [ran.text] } }
    follow_forever: { progress: { value: forever.at }, on_cancel: cancel_job }
    follow_flood: { progress: { message: [flood.text] } }
${more}
`;

export interface McpGraph extends AsyncDisposable {
  readonly url: string;
  readonly jobs: Jobs;
  readonly log: ObservedLog;
  /** Writes a file beside the configuration, as editors do. */
  write(name: string, text: string): Promise<void>;
  /** Composes the supergraph anew, with these further fields of a job. */
  recompose(more?: string): Promise<void>;
  /** The official client. Default: the newest revision of the protocol. */
  connect(
    headers?: Record<string, string>,
    mode?: 'legacy' | 'modern',
    options?: ClientOptions,
  ): Promise<Client & AsyncDisposable>;
  /** One message without a client. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

export async function startMcp(
  config = mcpConfig(),
  options: Partial<GatewayOptions> = {},
  files: Readonly<Record<string, string>> = { 'tools/jobs.graphql': operations },
): Promise<McpGraph> {
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await createFolder());
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(folder.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}~`, text);
    await rename(`${path}~`, path);
  };
  const jobs = createJobs();
  const subgraph = starting.use(await startSubgraph(toSchema(jobs)));
  await write('supergraph.graphql', compose(subgraph.url));
  await write('router-config.yaml', config);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const log = observeLog();
  const gateway = starting.use(
    await startGateway({
      supergraph: { path: join(folder.path, 'supergraph.graphql') },
      config: join(folder.path, 'router-config.yaml'),
      port: 0,
      log: log.log,
      hooks: believeHeaders,
      ...options,
    }),
  );
  const owned = starting.move();
  const url = `${gateway.url}/mcp`;
  return {
    url,
    jobs,
    log,
    write,
    recompose: (more) => write('supergraph.graphql', compose(subgraph.url, more)),
    async connect(headers = {}, mode = 'modern', clientOptions = {}) {
      const client = new Client(
        { name: 'test', version: '1.2.3' },
        { ...clientOptions, versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
      );
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
      return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
    },
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A call as clients before 2026-07-28 post it. */
export const callOf = (name: string, args: object = {}, id: unknown = 1, meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(meta && { _meta: meta }) },
});

/** The last message of an answer, whether it came as JSON or as a stream. */
export async function messageOf(response: Response) {
  const text = await response.text();
  const data = text.startsWith('{') ? text : (text.match(/^data: (.*)$/gm) ?? []).at(-1)?.slice(6);
  return JSON.parse(data ?? 'null') as {
    // biome-ignore lint/suspicious/noExplicitAny: tests name the fields that they expect
    readonly result?: any;
    readonly error?: { readonly code: number; readonly message: string; readonly data?: { readonly code: string } };
  };
}
