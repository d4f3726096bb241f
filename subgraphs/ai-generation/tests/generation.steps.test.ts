import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  expectGapless,
  file,
  follow,
  GOOD_ANSWERS,
  STEP_NAMES,
  startSteps,
  startStepsTest,
  toStarted,
  toStepName,
} from './steps.fixture.ts';

const ALL_STARTED = STEP_NAMES.map((name, index) => `${name} ${index + 1}/5`);
const ALL_FILES = {
  'package.json': '{ "name": "greeter" }\n',
  '.gitignore': 'node_modules\n',
  'index.js': "console.log('hello');\n",
  'index.test.js': "import './index.js';\n",
};

describe('a generation in steps', () => {
  it('asks the model once for each, in one stream, and makes one version of all', async () => {
    await using test = await startStepsTest();
    const complete = Promise.withResolvers<Record<string, unknown>>();
    await using _ = await test.infrastructure.bus.subscribe('test', ['generation.complete'], async ({ data }) =>
      complete.resolve(data as Record<string, unknown>),
    );
    const steps = await startSteps(test);
    const events = await steps.watch();
    const found = await steps.look();
    expect(found).toMatchObject({ status: 'COMPLETED', flow: 'STEPS', repairs: 0, version: { id: steps.id } });
    expectGapless(events, found.text);
    expect(toStarted(events)).toEqual(ALL_STARTED);
    expect(events.flatMap(({ status }) => status ?? [])).toEqual([
      ...['QUEUED', 'RETRIEVING', 'STREAMING', 'APPLYING', 'COMPLETED', 'COMPLETED'],
    ]);
    expect(test.ollama.requests.map(toStepName)).toEqual([...STEP_NAMES]);
    expect(steps.files()).toEqual(ALL_FILES);
    expect(test.neighbours.changesets.size).toBe(1);
    expect(found.steps).toEqual(
      STEP_NAMES.map((name) => ({
        ...{ name, status: 'COMPLETED', startedAt: expect.any(String), finishedAt: expect.any(String) },
        completionTokens: GOOD_ANSWERS[name]!.length,
      })),
    );
    const tokens = STEP_NAMES.reduce((sum, name) => sum + GOOD_ANSWERS[name]!.length, 0);
    expect(found).toMatchObject({ completionTokens: tokens, promptTokens: 5 * 100 });
    expect(await complete.promise).toMatchObject({ completionTokens: tokens, promptTokens: 500, chargeable: true });
    // Each step sees the plan, the project, and what the earlier ones made; in a form of its own.
    const [plan, manifest, , components, tests] = test.ollama.requests.map(({ messages }) => messages.at(-1)!.content);
    expect(plan).not.toContain('<<<<<<< SEARCH');
    expect(manifest).toContain('    - index.js: prints hello');
    expect(manifest).not.toContain('"name": "greeter"');
    expect(components).toContain('"name": "greeter"');
    expect(tests).toContain("console.log('hello');");
    expect(tests).toContain('Print a greeting');
  });

  it('holds the prompt and maxTokens of each step, and shrinks to what is left', async () => {
    const gate = Promise.withResolvers<void>();
    await using test = await startStepsTest({ tests: [gate.promise, 'Nothing to test.\n'] });
    const steps = await startSteps(test, { maxTokens: 300 });
    await steps.until(({ name }) => name === 'plan');
    const first = { ...test.neighbours.holds.get(steps.id)! };
    expect(first.maxTokens).toBe(5 * 300);
    await steps.until(({ name }) => name === 'tests');
    while (test.neighbours.holds.get(steps.id)!.maxTokens > 600) await nextTurn();
    const last = test.neighbours.holds.get(steps.id)!;
    const used = (['plan', 'manifest', 'dependencies', 'components'] as const).reduce(
      (sum, name) => sum + GOOD_ANSWERS[name]!.length,
      0,
    );
    expect(last.maxTokens).toBe(300 + used);
    expect(last.promptTokens).toBeLessThan(first.promptTokens / 2);
    gate.resolve();
    await steps.watch();
    const { promptTokens, completionTokens } = await steps.look();
    expect(promptTokens).toBeLessThanOrEqual(last.promptTokens);
    expect(completionTokens).toBeLessThanOrEqual(last.maxTokens);
    // A refusal names what would have been granted.
    test.neighbours.affordableTokens = 30_003;
    const { person } = steps;
    const refused = await person.start({ flow: 'STEPS', maxTokens: 5_000 });
    const { affordableTokens } = refused.errors[0].extensions as { affordableTokens: number };
    expect(affordableTokens).toBeGreaterThan(0);
    expect((await person.start({ flow: 'STEPS', maxTokens: affordableTokens + 1 })).errors[0].extensions.code).toBe(
      'BILLING_QUOTA_EXCEEDED',
    );
    expect((await person.start({ flow: 'STEPS', maxTokens: affordableTokens })).errors).toBeUndefined();
  });

  it('keeps the finished steps as a version when it is cancelled in the middle of one', async () => {
    const never = new Promise<void>(() => undefined);
    await using test = await startStepsTest({ components: ['The program.\n', never] });
    const steps = await startSteps(test);
    await steps.until(({ text }) => text?.includes('The program.') ?? false);
    await steps.cancel();
    const events = await steps.watch();
    const found = await steps.look();
    expect(found).toMatchObject({ status: 'CANCELLED', chargeable: true, error: null, version: { id: steps.id } });
    expectGapless(events, found.text);
    expect(events.flatMap(({ status }) => status ?? []).slice(-3)).toEqual(['APPLYING', 'CANCELLED', 'CANCELLED']);
    expect(steps.files()).toEqual({ 'package.json': ALL_FILES['package.json'], '.gitignore': 'node_modules\n' });
    expect(found.steps.map(({ status }: { status: string }) => status)).toEqual([
      ...['COMPLETED', 'COMPLETED', 'COMPLETED', 'CANCELLED', 'CANCELLED'],
    ]);
    // What was produced until the stop counts, as ever.
    expect(found.completionTokens).toBe(3 + 2 + 2 + 1);
    // In the first step there is nothing to keep.
    const early = await startStepsTest({ plan: ['A plan.\n', never] });
    await using _ = early;
    const nothing = await startSteps(early);
    await nothing.until(({ text }) => text !== undefined);
    await nothing.cancel();
    expect((await nothing.watch()).at(-1)).toMatchObject({ status: 'CANCELLED' });
    expect(await nothing.look()).toMatchObject({ version: null, chargeable: true });
    expect(early.neighbours.changesets.size).toBe(0);
  });

  it('keeps them when it is cancelled before a step has said anything', async () => {
    const never = new Promise<void>(() => undefined);
    await using test = await startStepsTest({ dependencies: [never] });
    const steps = await startSteps(test);
    await steps.until(({ name }) => name === 'dependencies');
    await steps.cancel();
    const events = await steps.watch();
    const found = await steps.look();
    expect(found).toMatchObject({ status: 'CANCELLED', version: { id: steps.id }, completionTokens: 3 + 2 });
    expectGapless(events, found.text);
    expect(Object.keys(steps.files())).toEqual(['package.json']);
    expect(test.neighbours.changesets.size).toBe(1);
  });

  it('fails with the step that fails, and keeps and charges those before it', async () => {
    const answers = { components: ['I cannot do this.\n', '<edit path="none.js">\nnonsense\n</edit>\n'] };
    await using test = await startStepsTest(answers);
    const steps = await startSteps(test);
    const events = await steps.watch();
    const found = await steps.look();
    expect(found).toMatchObject({
      ...{ status: 'FAILED', chargeable: true, version: { id: steps.id }, completionTokens: 3 + 2 + 2 },
      error: {
        code: 'GENERATION_ANSWER_INVALID',
        message: expect.stringMatching(/^Step 4 of 5 \(components\) failed: .*is kept\.$/),
      },
    });
    expectGapless(events, found.text);
    expect(found.steps.map(({ status }: { status: string }) => status)).toEqual([
      ...['COMPLETED', 'COMPLETED', 'COMPLETED', 'FAILED', 'CANCELLED'],
    ]);
    expect(Object.keys(steps.files())).toEqual(['package.json', '.gitignore']);
    // The conversation says what was kept.
    const again = await steps.person.start({ parentId: steps.id, prompt: 'Go on' });
    await follow(test, steps.person, again.data.startGeneration.id).watch();
    expect(test.ollama.requests.at(-1)!.messages.at(-1)!.content).toContain('Failed, and is kept as far as it came');
    expect(toStepName(test.ollama.requests.at(-1)!)).toBe('single');
  });

  it('fails and writes nothing where what was finished cannot be applied', async () => {
    await using test = await startStepsTest({ components: ['<file path="../x">\nx\n</file>\n'] });
    test.neighbours.applyChanges = () => Promise.reject(new Error('broken'));
    const steps = await startSteps(test);
    expect((await steps.watch()).at(-1)).toMatchObject({ status: 'FAILED' });
    expect(await steps.look()).toMatchObject({
      ...{ status: 'FAILED', chargeable: false, version: null },
      error: { message: expect.stringMatching(/^Step 4 of 5 .* The project did not take it: /) },
    });
  });
});

describe('what models make of steps', () => {
  it.each<[string, Parameters<typeof startStepsTest>[0], object]>([
    ['an empty plan', { plan: [' \n'] }, ALL_FILES],
    [
      'prose in place of files',
      { dependencies: ['Nothing is needed.\n'], tests: ['No.\n'] },
      {
        'package.json': ALL_FILES['package.json'],
        'index.js': ALL_FILES['index.js'],
      },
    ],
    [
      'the same file twice, in one step and in two',
      {
        components: [file('index.js', 'one();\n'), file('index.js', 'two();\n')],
        tests: [file('index.js', 'three();\n')],
      },
      { ...ALL_FILES, 'index.js': 'three();\n', 'index.test.js': undefined },
    ],
    [
      'a step that deletes what an earlier one made',
      { tests: ['<delete path=".gitignore" />\n'] },
      {
        'package.json': ALL_FILES['package.json'],
        'index.js': ALL_FILES['index.js'],
      },
    ],
    [
      'all files in the first step',
      {
        plan: ['All at once.\n', file('index.js', "console.log('hello');\n")],
        manifest: ['It is there.\n'],
        dependencies: ['They are there.\n'],
        components: [file('index.js', "console.log('hello');\n")],
        tests: ['None.\n'],
      },
      { 'index.js': ALL_FILES['index.js'] },
    ],
    [
      'an edit of what an earlier step made',
      {
        tests: [
          '<edit path="index.js">\n<<<<<<< SEARCH\nhello\n=======\nhi\n>>>>>>> REPLACE\n</edit>\n'
            .replace('\nhello\n', "\nconsole.log('hello');\n")
            .replace('\nhi\n', "\nconsole.log('hi');\n"),
        ],
      },
      { ...ALL_FILES, 'index.js': "console.log('hi');\n", 'index.test.js': undefined },
    ],
  ])('%s', async (_, answers, expected) => {
    await using test = await startStepsTest(answers);
    const steps = await startSteps(test);
    const events = await steps.watch();
    const found = await steps.look();
    expect({ status: found.status, error: found.error }).toEqual({ status: 'COMPLETED', error: null });
    expectGapless(events, found.text);
    expect(toStarted(events)).toEqual(ALL_STARTED);
    expect(steps.files()).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it('only prose, in all steps, writes nothing and says so', async () => {
    const prose = ['I would rather talk.\n'];
    await using test = await startStepsTest({ manifest: prose, dependencies: prose, components: prose, tests: prose });
    const steps = await startSteps(test);
    await steps.watch();
    expect(await steps.look()).toMatchObject({
      ...{ status: 'FAILED', chargeable: false, version: null },
      error: { code: 'GENERATION_NO_FILES' },
    });
  });

  it('asks a step again for what does not fit, within the step', async () => {
    await using test = await startStepsTest({
      components: [
        file('index.js', "console.log('hello');\n"),
        '<edit path="package.json">\n<<<<<<< SEARCH\nnowhere\n=======\nx\n>>>>>>> REPLACE\n</edit>\n',
      ],
      again: [
        '<edit path="package.json">\n<<<<<<< SEARCH\n{ "name": "greeter" }\n=======\n{ "name": "better" }\n>>>>>>> REPLACE\n</edit>\n',
      ],
    });
    const steps = await startSteps(test);
    await steps.watch();
    expect(await steps.look()).toMatchObject({ status: 'COMPLETED' });
    expect(steps.files()).toEqual({ ...ALL_FILES, 'package.json': '{ "name": "better" }\n' });
  });

  it('keeps locks, and each step’s tags are its own', async () => {
    await using test = await startStepsTest({
      components: (request) => {
        const word = /<file-(\w+) path=/.exec(request.messages.at(-1)!.content)![1]!;
        // The content holds the plain tags, which a block with the delimiter may.
        return [`<file-${word} path="index.js">\n// </file>\n</file-${word}>\n`, file('locked.js', 'mine();\n')];
      },
    });
    const person = await test.signUp({ files: { 'locked.js': 'yours();\n' } });
    test.neighbours.projects.get(person.projectId)!.lockedPaths = ['locked.js'];
    const started = await person.start({ flow: 'STEPS' });
    const steps = follow(test, person, started.data.startGeneration.id);
    await steps.watch();
    expect(await steps.look()).toMatchObject({ status: 'COMPLETED', leftAlone: ['locked.js'] });
    expect(steps.files()).toMatchObject({ 'locked.js': 'yours();\n', 'index.js': '// </file>\n' });
  });
});

describe('a review of steps', () => {
  it('offers all of them together, once they are finished', async () => {
    await using test = await startStepsTest();
    const steps = await startSteps(test, { review: true });
    await steps.until(({ status }) => status === 'REVIEW');
    expect(await steps.look()).toMatchObject({
      status: 'REVIEW',
      proposed: Object.keys(ALL_FILES)
        .sort()
        .map((path) => ({ path })),
    });
    expect(steps.files()).toEqual({});
    await steps.person.ask('mutation($id: ID!) { acceptGeneration(id: $id) { status } }', { id: steps.id });
    expect(steps.files()).toEqual(ALL_FILES);
  });

  it('offers what was finished before a step failed; accepted, the generation has failed with a version', async () => {
    await using test = await startStepsTest({ tests: ['<edit path="none.js">\nnonsense\n</edit>\n'] });
    const steps = await startSteps(test, { review: true });
    await steps.until(({ status }) => status === 'REVIEW');
    expect(await steps.look()).toMatchObject({
      status: 'REVIEW',
      proposed: { length: 3 },
      error: { code: 'GENERATION_ANSWER_INVALID' },
    });
    const accept = () =>
      steps.person.ask('mutation($id: ID!) { acceptGeneration(id: $id) { status version { id } error { code } } }', {
        id: steps.id,
      });
    const failed = {
      acceptGeneration: { status: 'FAILED', version: { id: steps.id }, error: { code: 'GENERATION_ANSWER_INVALID' } },
    };
    expect((await accept()).data).toEqual(failed);
    expect((await accept()).data).toEqual(failed);
    expect(Object.keys(steps.files()).sort()).toEqual(['.gitignore', 'index.js', 'package.json']);
  });

  it('keeps nothing when it is cancelled before', async () => {
    const never = new Promise<void>(() => undefined);
    await using test = await startStepsTest({ tests: ['A test.\n', never] });
    const steps = await startSteps(test, { review: true });
    await steps.until(({ text }) => text?.includes('A test.') ?? false);
    await steps.cancel();
    expect((await steps.watch()).at(-1)).toMatchObject({ status: 'CANCELLED' });
    expect([steps.files(), (await steps.look()).version]).toEqual([{}, null]);
  });
});
