import { UnavailableError } from '@vibecode/platform/errors';
import { newId } from '@vibecode/platform/id';
import { GREETING } from './generation.fixture.ts';
import type { RunAnswer } from './neighbours.ts';
import { expectGapless, file, startSteps, startStepsTest, toStarted, toStepName } from './steps.fixture.ts';

const FAILED: RunAnswer = { outcome: 'FAILED', errorText: 'ReferenceError: hallo is not defined' };
const PASSED: RunAnswer = { outcome: 'SUCCEEDED' };
const FIRST = { 'index.js': "console.log('hello');\n" };
const FIX = ['I mend it.\n', file('index.js', 'mended();\n')];

type Runs = Awaited<ReturnType<typeof startStepsTest>>['neighbours']['runs'];

async function startRepair(runs: Runs, answers: Parameters<typeof startStepsTest>[0] = {}, input: object = {}) {
  await using started = new AsyncDisposableStack();
  const test = started.use(await startStepsTest({ single: GREETING, repair: FIX, ...answers }));
  test.neighbours.runs = runs;
  const settled: Record<string, unknown>[] = [];
  started.use(
    await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) => {
      settled.push(data as Record<string, unknown>);
    }),
  );
  const generation = await startSteps(test, { flow: 'SINGLE', maxRepairs: 2, ...input });
  const rest = started.move();
  return { test, settled, generation, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

describe('a generation that may be repaired', () => {
  it('is not asked again when its run passes', async () => {
    await using repair = await startRepair([PASSED]);
    const { generation, test } = repair;
    const events = await generation.watch();
    const found = await generation.look();
    expect(found).toMatchObject({ status: 'COMPLETED', repairs: 0, steps: [], completionTokens: GREETING.length });
    expect(found.text).toContain('> Note: The project was run: it ended without an error.');
    expectGapless(events, found.text);
    expect(events.flatMap(({ status }) => status ?? [])).toEqual([
      ...['QUEUED', 'RETRIEVING', 'STREAMING', 'APPLYING', 'STREAMING', 'COMPLETED', 'COMPLETED'],
    ]);
    expect(test.neighbours.ran).toEqual([[]]);
    // Both calls that there might have been are held.
    expect(test.neighbours.holds.get(generation.id)!.maxTokens % 3).toBe(0);
  });

  it('becomes a second version when a repair helps, and its tokens count', async () => {
    await using repair = await startRepair([FAILED, PASSED]);
    const { generation, test, settled } = repair;
    const events = await generation.watch();
    const found = await generation.look();
    expect(found).toMatchObject({ status: 'COMPLETED', repairs: 1, version: { id: `${generation.id}:repair` } });
    expectGapless(events, found.text);
    expect(toStarted(events)).toEqual(['repair 1/2']);
    expect(test.ollama.requests.map(toStepName)).toEqual(['single', 'repair']);
    const asked = test.ollama.requests[1]!.messages.at(-1)!.content;
    expect(asked).toContain('    ReferenceError: hallo is not defined');
    expect(asked).toContain("console.log('hello');");
    expect(generation.files()).toEqual({ 'index.js': 'mended();\n' });
    expect(test.neighbours.ran[1]).toEqual([{ path: 'index.js', content: 'mended();\n' }]);
    expect([...test.neighbours.changesets.keys()]).toEqual([generation.id, `${generation.id}:repair`]);
    expect(found).toMatchObject({ completionTokens: GREETING.length + FIX.length, promptTokens: 200 });
    expect(found.steps).toMatchObject([{ name: 'repair', status: 'COMPLETED', completionTokens: FIX.length }]);
    expect(settled.at(-1)).toMatchObject({ completionTokens: GREETING.length + FIX.length, chargeable: true });
  });

  it('builds the second repair on the first', async () => {
    const second: RunAnswer = { outcome: 'FAILED', errorText: 'TypeError: mended is no function' };
    await using repair = await startRepair([FAILED, second, PASSED], {
      repair: ({ messages }) =>
        messages.at(-1)!.content.includes('TypeError') ? [file('other.js', 'more();\n')] : FIX,
    });
    const { generation, test } = repair;
    await generation.watch();
    expect(await generation.look()).toMatchObject({ status: 'COMPLETED', repairs: 2 });
    expect(generation.files()).toEqual({ 'index.js': 'mended();\n', 'other.js': 'more();\n' });
    expect(test.neighbours.changesets.size).toBe(2);
    expect(test.ollama.requests[2]!.messages.at(-1)!.content).toContain('mended();');
  });

  it('stays as it is when repairs do not help, and they are not charged', async () => {
    await using repair = await startRepair([FAILED]);
    const { generation, test, settled } = repair;
    const events = await generation.watch();
    const found = await generation.look();
    expect(found).toMatchObject({ status: 'COMPLETED', repairs: 2, version: { id: generation.id } });
    expect(found.text).toContain('2 repairs did not help');
    expectGapless(events, found.text);
    expect(toStarted(events)).toEqual(['repair 1/2', 'repair 2/2']);
    expect(generation.files()).toEqual(FIRST);
    expect(test.neighbours.ran).toHaveLength(3);
    expect(settled.at(-1)).toMatchObject({ completionTokens: GREETING.length, promptTokens: 100, chargeable: true });
  });

  it.each([
    ['is prose', ['I see nothing wrong.\n']],
    ['cannot be used', ['<edit path="none.js">\nnonsense\n</edit>\n']],
    ['changes a locked path alone', [file('../outside', 'x\n')]],
  ])('stays as it is when the repair %s', async (_, answer) => {
    await using repair = await startRepair([FAILED], { repair: answer }, { maxRepairs: 1 });
    const { generation, settled } = repair;
    await generation.watch();
    expect(await generation.look()).toMatchObject({ status: 'COMPLETED', error: null, version: { id: generation.id } });
    expect(generation.files()).toEqual(FIRST);
    expect(settled.at(-1)).toMatchObject({ completionTokens: GREETING.length });
  });

  it('gives the model the end of an error of 5 MB', async () => {
    const errorText = `${'x'.repeat(5_000_000)}\nthe cause`;
    await using repair = await startRepair([{ outcome: 'FAILED', errorText }, PASSED]);
    await repair.generation.watch();
    const asked = repair.test.ollama.requests[1]!.messages.at(-1)!.content;
    expect(asked).toContain('the cause');
    expect(asked.length).toBeLessThan(20_000);
    expect(await repair.generation.look()).toMatchObject({ status: 'COMPLETED', repairs: 1 });
  });

  it('takes a run that goes on to the end of its time for a server', async () => {
    await using repair = await startRepair([{ outcome: 'TIMED_OUT' }]);
    await repair.generation.watch();
    const found = await repair.generation.look();
    expect(found).toMatchObject({ status: 'COMPLETED', repairs: 0 });
    expect(found.text).toContain('it still ran after 10 seconds');
  });

  it.each<[string, Runs, string]>([
    ['code-executor is away', [], 'does not answer'],
    [
      'nothing can be started',
      [new UnavailableError('SERVICE_UNAVAILABLE', 'The file to start is unknown.')],
      'The file to start is unknown',
    ],
    ['the sandbox breaks', [{ outcome: 'SANDBOX_FAULT' }], 'the run was broken off'],
  ])('completes and says so when %s', async (_, runs, words) => {
    await using repair = await startRepair(runs);
    await repair.generation.watch();
    const found = await repair.generation.look();
    expect(found).toMatchObject({
      status: 'COMPLETED',
      repairs: 0,
      error: null,
      version: { id: repair.generation.id },
    });
    expect(found.text).toMatch(new RegExp(`> Note: The project was not run to an end: .*${words}`));
  });

  it('can be stopped in its run and in a repair, and keeps its version', async () => {
    const never = new Promise<never>(() => undefined);
    {
      await using repair = await startRepair([never]);
      const { generation, test } = repair;
      while (test.neighbours.ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await generation.cancel();
      expect((await generation.watch()).at(-1)).toMatchObject({ status: 'CANCELLED' });
      expect(await generation.look()).toMatchObject({ version: { id: generation.id }, chargeable: true });
      expect(test.neighbours.cancelledRuns).toEqual(['1']);
    }
    await using repair = await startRepair([FAILED], { repair: ['I mend it.\n', never] });
    const { generation, settled } = repair;
    await generation.until(({ text }) => text?.includes('I mend it.') ?? false);
    await generation.cancel();
    const events = await generation.watch();
    const found = await generation.look();
    expect(found).toMatchObject({ status: 'CANCELLED', version: { id: generation.id }, repairs: 1 });
    expect(found.steps).toMatchObject([{ name: 'repair', status: 'CANCELLED' }]);
    expectGapless(events, found.text);
    expect(generation.files()).toEqual(FIRST);
    expect(settled.at(-1)).toMatchObject({ status: 'CANCELLED', chargeable: true, completionTokens: GREETING.length });
  });

  it('keeps its version where the repair does not fit the project any more', async () => {
    await using repair = await startRepair([FAILED, PASSED]);
    const { generation, test } = repair;
    const apply = test.neighbours.applyChanges;
    let calls = 0;
    test.neighbours.applyChanges = (files, changes) => {
      calls += 1;
      if (calls === 1) return apply(files, changes);
      return apply({ ...files, 'index.js': 'changed by hand\n' }, changes);
    };
    await generation.watch();
    const found = await generation.look();
    expect(found).toMatchObject({
      status: 'COMPLETED',
      version: { id: generation.id },
      completionTokens: GREETING.length,
    });
    expect(found.text).toContain('No repair was applied');
  });

  it('is not run before a review, nor after it', async () => {
    await using repair = await startRepair([FAILED], {}, { review: true });
    const { generation, test } = repair;
    await generation.until(({ status }) => status === 'REVIEW');
    expect(test.neighbours.ran).toEqual([]);
    await generation.person.ask('mutation($id: ID!) { acceptGeneration(id: $id) { status } }', { id: generation.id });
    expect(await generation.look()).toMatchObject({ status: 'COMPLETED', repairs: 0 });
    expect([test.neighbours.ran.length, test.ollama.requests.length]).toEqual([0, 1]);
  });

  it('works behind steps', async () => {
    await using repair = await startRepair([FAILED, PASSED], {}, { flow: 'STEPS' });
    const events = await repair.generation.watch();
    expect(toStarted(events).slice(-2)).toEqual(['tests 5/5', 'repair 1/2']);
    const found = await repair.generation.look();
    expect(found).toMatchObject({ status: 'COMPLETED', repairs: 1, steps: { length: 6 } });
    expect(repair.generation.files()).toMatchObject({ 'index.js': 'mended();\n' });
  });

  it('is refused outside of 0 to 2', async () => {
    await using test = await startStepsTest();
    const person = await test.signUp();
    for (const maxRepairs of [-1, 3]) {
      const { errors } = await person.start({ maxRepairs, clientRequestId: newId() });
      expect(errors[0].message).toContain('a whole number from 0 to 2');
    }
  });
});
