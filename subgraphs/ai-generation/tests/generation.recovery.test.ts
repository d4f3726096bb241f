import { openDatabase } from '@vibecode/platform/database';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { database } from '../src/database.ts';
import { Generation } from '../src/generation.entity.ts';
import type { SequencedEvent } from '../src/generation.events.ts';
import { GenerationFlow } from '../src/generation.flow.ts';
import { insertEvents } from '../src/generation.repository.ts';
import { GenerationStatus } from '../src/generation.status.ts';
import { GREETING, SCOPES, startGenerationTest } from './generation.fixture.ts';

const { QUEUED, RETRIEVING, STREAMING, APPLYING } = GenerationStatus;

/** Leaves a generation as a process does that was killed while it was in a state. */
async function leaveGeneration(url: string, status: GenerationStatus, events: SequencedEvent[]) {
  const orm = await openDatabase({ ...database, url });
  const id = newId();
  const userId = newId();
  const projectId = newId();
  const generation = Generation.queue(
    {
      id,
      userId,
      projectId,
      parentId: null,
      prompt: 'Print a greeting',
      language: 'javascript',
      framework: null,
      model: 'scripted',
      provider: 'ollama',
      maxTokens: 500,
      chosenPaths: [],
      chosenTokens: 0,
      review: false,
      flow: GenerationFlow.SINGLE,
      maxRepairs: 0,
      holdExpiresAt: new Date(Date.now() + 60_000),
    },
    new Date(),
  );
  const text = events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('');
  Object.assign(generation, {
    status,
    text: status === APPLYING ? text : '',
    promptSha256: 'a'.repeat(64),
    completionTokens: status === APPLYING ? 4 : 0,
  });
  const queue = new JobQueue({ service: 'ai-generation', limits: { waiting: 9, waitingOfUser: 9 } });
  await orm.em.fork().transactional(async (em) => {
    await queue.enqueue(em, { id, userId, lane: 'scripted' });
    em.persist(generation);
    await em.flush();
    await insertEvents(em, id, events);
    await queue.claim(em);
  });
  await orm.close(true);
  return { id, userId, projectId };
}

async function resume(status: GenerationStatus, events: SequencedEvent[]) {
  await using postgres = await startTestDatabase();
  const { id, userId, projectId } = await leaveGeneration(postgres.url, status, events);
  await using test = await startGenerationTest(() => GREETING, {
    databaseUrl: postgres.url,
    prepare: (neighbours) => {
      neighbours.projects.set(projectId, { ownerId: userId, language: 'javascript', files: {} });
      // It is renewed where the process takes more than a moment to start.
      const hold = { userId, promptTokens: 9_000, maxTokens: 500, released: false };
      neighbours.holds.set(id, { ...hold, expiresAt: Date.now() + 600_000 });
    },
  });
  const settled = Promise.withResolvers<Record<string, unknown>>();
  await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
    settled.resolve(data as Record<string, unknown>),
  );
  const token = await test.sign({ scope: SCOPES, userId });
  const seen: { seq: number; __typename: string; status?: string; text?: string }[] = [];
  const watching = test.subscribe(
    'subscription($id: ID!) { generationEvents(id: $id) { seq __typename ... on StatusChanged { status } ... on TokenDelta { text } } }',
    { id },
    token,
  );
  for await (const { data } of watching) seen.push(data!.generationEvents as (typeof seen)[number]);
  expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, index) => index + 1));
  expect(seen.at(-1)!.__typename).toBe('GenerationFinished');
  const answer = await test.query(
    'query($id: ID!) { generation(id: $id) { status text error { code } } }',
    { id },
    token,
  );
  const generation = answer.data!.generation as { status: string; text: string };
  return {
    generation,
    seen,
    settled: await settled.promise,
    asked: test.ollama.requests.length,
    made: test.neighbours.changesets.size,
  };
}

const before: SequencedEvent[] = [
  { seq: 1, type: 'StatusChanged', status: QUEUED },
  { seq: 2, type: 'StatusChanged', status: RETRIEVING },
];
const answered: SequencedEvent[] = [
  ...before,
  { seq: 3, type: 'StatusChanged', status: STREAMING },
  ...GREETING.map((text, index) => ({ seq: 4 + index, type: 'TokenDelta' as const, text })),
];

describe('what a killed process leaves', () => {
  it.each([
    ['before it began', QUEUED, before.slice(0, 1)],
    ['before the model was asked', RETRIEVING, before],
  ])('%s runs from the start', async (_, status, events) => {
    const { generation, settled, asked } = await resume(status, events);
    expect(generation).toMatchObject({ status: 'COMPLETED', text: GREETING.join('') });
    expect(settled).toMatchObject({ status: 'COMPLETED', chargeable: true });
    expect(asked).toBe(1);
  });

  it('in the middle of an answer fails, and is not charged', async () => {
    const { generation, settled, asked, made } = await resume(STREAMING, answered.slice(0, 5));
    expect(generation).toMatchObject({
      status: 'FAILED',
      error: { code: 'GENERATION_INTERRUPTED' },
      text: GREETING.slice(0, 2).join(''),
    });
    expect(settled).toMatchObject({ status: 'FAILED', chargeable: false });
    expect([asked, made]).toEqual([0, 0]);
  });

  it('with the whole answer is applied, without asking the model again', async () => {
    const { generation, settled, asked, made } = await resume(APPLYING, answered);
    expect(generation).toMatchObject({ status: 'COMPLETED', text: GREETING.join('') });
    expect(settled).toMatchObject({ status: 'COMPLETED', chargeable: true, completionTokens: 4, version: 1 });
    expect([asked, made]).toEqual([0, 1]);
  });
});
