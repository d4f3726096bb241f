import { randomUUID } from 'node:crypto';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Person } from '../../tests/support/client.ts';

/** Of the graphs of these benchmarks, which may run beside tests. */
export const PORT_OFFSET = 12_000;
const START = 'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }';
const EVENTS = `subscription($id: ID!) { generationEvents(id: $id) {
  __typename seq ... on TokenDelta { text } ... on GenerationFinished { status } } }`;

export interface SeenEvent {
  readonly __typename: string;
  readonly seq: number;
  readonly text?: string;
  readonly status?: string;
  /** Of `performance.now()`. */
  readonly at: number;
}

/** A connection of a web page: open before anything is asked for. */
export async function openViewer(url: string, token: string): Promise<Client> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: false,
    retryAttempts: 0,
    // What is lost with the connection is told to each subscription.
    onNonLazyError: () => undefined,
  });
  await new Promise<void>((resolve) => client.on('connected', () => resolve()));
  return client;
}

export async function createProject(person: Person): Promise<string> {
  const { createProject: project } = await person.must(
    'mutation { createProject(input: { name: "Measured" }) { id } }',
  );
  return project.id;
}

export async function startGeneration(
  person: Person,
  input: { projectId: string; prompt: string; model: string; maxTokens: number },
): Promise<string> {
  const { startGeneration: generation } = await person.must(START, {
    input: { ...input, clientRequestId: randomUUID() },
  });
  return generation.id;
}

/** All events to the last, as they come. */
export async function* watch(client: Client, id: string): AsyncGenerator<SeenEvent> {
  for await (const { data, errors } of client.iterate<{ generationEvents: Omit<SeenEvent, 'at'> }>({
    query: EVENTS,
    variables: { id },
  })) {
    if (errors || !data) throw new Error(JSON.stringify(errors));
    yield { ...data.generationEvents, at: performance.now() };
  }
}

/** How many events are missing, and how many came twice or out of order. */
export function countFaults(events: readonly Pick<SeenEvent, 'seq' | '__typename'>[]): {
  missing: number;
  repeated: number;
} {
  const seqs = new Set(events.map(({ seq }) => seq));
  const last = Math.max(0, ...seqs);
  const unfinished = events.at(-1)?.__typename === 'GenerationFinished' ? 0 : 1;
  const inOrder = events.every(({ seq }, index) => index === 0 || seq > (events[index - 1]?.seq ?? 0));
  return { missing: last - seqs.size + unfinished, repeated: events.length - seqs.size + (inOrder ? 0 : 1) };
}
