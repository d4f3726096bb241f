import { startTestDatabase } from '@vibecode/platform/testing/database';
import type { GenerationEventData } from '../src/generation.events.ts';
import { GenerationFlow } from '../src/generation.flow.ts';
import { GenerationStatus } from '../src/generation.status.ts';
import type { GenerationStep } from '../src/step.entity.ts';
import { SCOPES } from './generation.fixture.ts';
import { expectGapless, file, follow, STEP_NAMES, startStepsTest, toStarted, toStepName } from './steps.fixture.ts';
import { type LeftGeneration, leaveGeneration } from './steps.recovery.fixture.ts';

const { QUEUED, RETRIEVING, STREAMING, APPLYING, COMPLETED } = GenerationStatus;
const STATE = { promptTokens: 100, completionTokens: 3, startedAt: null, finishedAt: new Date(), leftAlone: [] };

const toStep = (position: number, status: GenerationStatus, made: Partial<GenerationStep> = {}): GenerationStep => ({
  ...{
    ...STATE,
    position,
    name: STEP_NAMES[position - 1]!,
    number: position,
    total: 5,
    status,
    text: null,
    changes: null,
  },
  ...made,
});
const begin: GenerationEventData[] = [QUEUED, RETRIEVING, STREAMING].map((status) => ({
  type: 'StatusChanged',
  status,
}));
const started = (index: number): GenerationEventData => ({
  ...{ type: 'StepStarted', name: STEP_NAMES[index - 1]!, index, of: 5 },
});
const said = (text: string): GenerationEventData => ({ type: 'TokenDelta', text });

async function resume(left: LeftGeneration, files: Record<string, string> = {}, runs: object[] = []) {
  await using resources = new AsyncDisposableStack();
  const postgres = resources.use(await startTestDatabase());
  const { id, userId, projectId } = await leaveGeneration(postgres.url, left);
  const test = resources.use(
    await startStepsTest(
      { repair: [file('index.js', 'mended();\n')] },
      {
        databaseUrl: postgres.url,
        prepare: (neighbours) => {
          neighbours.projects.set(projectId, { ownerId: userId, language: 'javascript', files });
          const hold = { userId, promptTokens: 50_000, maxTokens: 5_000, released: false };
          neighbours.holds.set(id, { ...hold, expiresAt: Date.now() + 600_000 });
          neighbours.runs = runs as typeof neighbours.runs;
        },
      },
    ),
  );
  const token = await test.sign({ scope: SCOPES, userId });
  const person = { ...(await test.signUp({}, userId)), token, projectId };
  const generation = follow(test, person, id);
  const events = await generation.watch();
  const found = await generation.look();
  expectGapless(events, found.text);
  return { test, events, found, files: generation.files(), asked: test.ollama.requests.map(toStepName) };
}

const planned = toStep(1, COMPLETED, { text: 'THE PLAN\n', changes: [] });
const manifest = toStep(2, COMPLETED, {
  text: 'The manifest.\n',
  changes: [{ path: 'package.json', before: null, after: '{ "name": "old" }\n' }],
});
const later = [3, 4, 5].map((position) => toStep(position, QUEUED));

describe('steps of a process that was killed', () => {
  it('go on with the first that is not finished', async () => {
    const left: LeftGeneration = {
      ...{ flow: GenerationFlow.STEPS, status: STREAMING },
      events: [
        ...begin,
        started(1),
        said('THE PLAN\n'),
        started(2),
        said('The manifest.\n'),
        started(3),
        said('The dep'),
      ],
      steps: [planned, manifest, toStep(3, STREAMING), ...later.slice(1)],
    };
    const { events, found, files, asked, test } = await resume(left);
    expect(asked).toEqual(['dependencies', 'components', 'tests']);
    expect(test.ollama.requests[0]!.messages.at(-1)!.content).toContain('    THE PLAN');
    expect(test.ollama.requests[0]!.messages.at(-1)!.content).toContain('{ "name": "old" }');
    expect(found).toMatchObject({ status: 'COMPLETED', completionTokens: 3 + 3 + 2 + 2 + 2, promptTokens: 500 });
    expect(files).toMatchObject({ 'package.json': '{ "name": "old" }\n', 'index.js': expect.any(String) });
    expect(toStarted(events)).toEqual([
      'plan 1/5',
      'manifest 2/5',
      'dependencies 3/5',
      'dependencies 3/5',
      'components 4/5',
      'tests 5/5',
    ]);
    expect(found.steps.map(({ status }: { status: string }) => status)).toEqual(Array(5).fill('COMPLETED'));
  });

  it('are applied without the model when all were finished', async () => {
    const finished = [3, 4, 5].map((position) => toStep(position, COMPLETED, { text: '.', changes: [] }));
    const { found, files, asked } = await resume({
      ...{ flow: GenerationFlow.STEPS, status: STREAMING },
      events: [...begin, started(1), said('THE PLAN\n')],
      steps: [planned, manifest, ...finished],
    });
    expect([asked, files]).toEqual([[], { 'package.json': '{ "name": "old" }\n' }]);
    expect(found).toMatchObject({ status: 'COMPLETED', completionTokens: 15 });
  });

  it('end as they were to end when what was finished was being applied', async () => {
    const error = { code: 'GENERATION_TRUNCATED', message: 'Step 3 of 5 …' };
    const { found, files, asked, test } = await resume({
      ...{ flow: GenerationFlow.STEPS, status: APPLYING },
      changed: {
        text: 'THE PLAN\n',
        changes: [{ operation: 'WRITE', path: 'package.json', content: 'x\n', ifAbsent: true }],
        conclusion: { status: GenerationStatus.FAILED, error },
        completionTokens: 6,
      },
      events: [...begin, said('THE PLAN\n'), { type: 'StatusChanged', status: APPLYING }],
      steps: [planned, manifest, ...later],
    });
    expect([asked, files]).toEqual([[], { 'package.json': 'x\n' }]);
    expect(found).toMatchObject({ status: 'FAILED', error, chargeable: true, version: expect.any(Object) });
    expect(test.neighbours.changesets.size).toBe(1);
  });
});

describe('repairs of a process that was killed', () => {
  const events = [...begin, said('An answer.\n')];
  const changed = { text: 'An answer.\n', versionId: 'v1', versionNumber: 1, completionTokens: 4, promptTokens: 100 };

  it('begin with another run, and go on with the repair that was not finished', async () => {
    const repair = { ...toStep(1, STREAMING), name: 'repair', number: 1, total: 2 };
    const { found, files, asked, test } = await resume(
      {
        ...{ flow: GenerationFlow.SINGLE, status: STREAMING, maxRepairs: 2, changed: { ...changed, repairs: 1 } },
        events: [...events, { type: 'StepStarted', name: 'repair', index: 1, of: 2 }, said('I me')],
        steps: [repair],
      },
      { 'index.js': 'broken();\n' },
      [{ outcome: 'FAILED', errorText: 'broken' }, { outcome: 'SUCCEEDED' }],
    );
    expect(asked).toEqual(['repair']);
    expect(files).toEqual({ 'index.js': 'mended();\n' });
    expect(found).toMatchObject({
      status: 'COMPLETED',
      repairs: 1,
      completionTokens: 5,
      version: { id: expect.stringMatching(/:repair$/) },
    });
    expect(test.neighbours.changesets.size).toBe(1);
  });

  it('are applied once, with their tokens', async () => {
    const changes = [{ path: 'index.js', before: 'broken();\n', after: 'mended();\n' }];
    const repair = { ...toStep(1, COMPLETED, { text: 'x', changes }), name: 'repair', number: 1, total: 1 };
    const write = { operation: 'WRITE', path: 'index.js', content: 'mended();\n' } as const;
    const { found, files, asked, test } = await resume(
      {
        ...{ flow: GenerationFlow.SINGLE, status: APPLYING, maxRepairs: 1 },
        changed: { ...changed, repairs: 1, changes: [write] },
        ...{ events, steps: [repair] },
      },
      { 'index.js': 'broken();\n' },
    );
    expect([asked, files, test.neighbours.ran]).toEqual([[], { 'index.js': 'mended();\n' }, []]);
    expect(found).toMatchObject({ status: 'COMPLETED', completionTokens: 4 + 3, promptTokens: 200 });
  });
});
