import { newId } from '@vibecode/platform/id';
import { file, follow, startStepsTest, toDelimiter, toStepName } from './steps.fixture.ts';

type Test = Awaited<ReturnType<typeof startStepsTest>>;
type Person = Awaited<ReturnType<Test['signUp']>>;

/** What the model was asked last. */
const toLastPrompt = (test: Test) => test.ollama.requests.at(-1)!.messages.at(-1)!.content;

async function run(test: Test, person: Person, input: Record<string, unknown>) {
  const started = await person.start({ clientRequestId: newId(), ...input });
  if (started.errors) throw new Error(JSON.stringify(started.errors));
  const generation = follow(test, person, started.data.startGeneration.id);
  await generation.watch();
  return generation;
}

/** Pieces that reach a limit of 6 tokens in the middle of the second file. */
const CUT = (word: string) => [
  'Three files.\n',
  `<file-${word} path="a.js">\n`,
  'a();\n',
  `</file-${word}>\n<file-${word} path="b.js">\n`,
  'b1();\n',
  'b2();\n',
  'never();\n',
];

describe('a cut answer', () => {
  it('is continued by a generation with it as parent: whole files are kept, the half one is begun anew', async () => {
    await using test = await startStepsTest({
      single: (request) => CUT(toDelimiter(request)),
      continue: (request) => {
        const word = toDelimiter(request);
        return [
          `<file-${word} path="b.js">\nb1();\nb2();\nb3();\n</file-${word}>\n<file-${word} path="c.js">\nc();\n</file-${word}>\n`,
        ];
      },
    });
    const person = await test.signUp({ files: { 'kept.js': 'kept();\n' } });
    const cut = await run(test, person, { maxTokens: 6, prompt: 'Make three files' });
    const failed = await cut.look();
    expect(failed).toMatchObject({ status: 'FAILED', version: null, error: { code: 'GENERATION_TRUNCATED' } });
    expect(failed.error.message).toContain('start a generation with this one as parentId');
    expect(cut.files()).toEqual({ 'kept.js': 'kept();\n' });
    const whole = await run(test, person, { parentId: cut.id, prompt: 'Go on' });
    expect(await whole.look()).toMatchObject({ status: 'COMPLETED', flow: 'SINGLE' });
    expect(cut.files()).toEqual({
      'kept.js': 'kept();\n',
      'a.js': 'a();\n',
      'b.js': 'b1();\nb2();\nb3();\n',
      'c.js': 'c();\n',
    });
    const prompt = toLastPrompt(test);
    expect(prompt).toMatch(/<file-\w+ path="a.js">\na\(\);/);
    expect(prompt).not.toMatch(/^<file-\w+ path="b.js">/m);
    expect(prompt).toContain('Its answer was cut off.');
    expect(prompt).toContain("It was cut in 'b.js'.");
    expect(prompt).toContain('    b2();');
    expect(prompt).toContain('Make three files');
    // One version of all.
    expect(test.neighbours.changesets.size).toBe(1);
  });

  it('can be continued more than once, and an answer without files is enough when nothing is missing', async () => {
    let answers = 0;
    await using test = await startStepsTest({
      single: (request) => CUT(toDelimiter(request)),
      continue: () => {
        answers += 1;
        return answers === 1
          ? ['More.\n', '<file path="b.js">\n', 'b();\n', '</file>\n', '<file path="c.js">\n', 'c();\n', 'never();\n']
          : ['That was all.\n'];
      },
    });
    const person = await test.signUp();
    const first = await run(test, person, { maxTokens: 6 });
    const second = await run(test, person, { maxTokens: 6, parentId: first.id });
    expect(await second.look()).toMatchObject({ status: 'FAILED', error: { code: 'GENERATION_TRUNCATED' } });
    const third = await run(test, person, { parentId: second.id });
    expect(await third.look()).toMatchObject({ status: 'COMPLETED' });
    expect(third.files()).toEqual({ 'a.js': 'a();\n', 'b.js': 'b();\n' });
    expect(toLastPrompt(test)).toContain("It was cut in 'c.js'.");
  });

  it('leaves out a file that has changed since', async () => {
    await using test = await startStepsTest({
      single: (request) => CUT(toDelimiter(request)),
      continue: [file('b.js', 'b();\n')],
    });
    const person = await test.signUp();
    const cut = await run(test, person, { maxTokens: 6 });
    test.neighbours.projects.get(person.projectId)!.files = { 'a.js': 'by hand\n' };
    await run(test, person, { parentId: cut.id });
    expect(cut.files()).toEqual({ 'a.js': 'by hand\n', 'b.js': 'b();\n' });
  });

  it('of a step is continued behind the steps that were kept', async () => {
    await using test = await startStepsTest({
      components: (request) => CUT(toDelimiter(request)),
      continue: [file('b.js', 'b();\n')],
    });
    const person = await test.signUp();
    const cut = await run(test, person, { flow: 'STEPS', maxTokens: 6 });
    expect(await cut.look()).toMatchObject({ status: 'FAILED', version: { id: cut.id } });
    const whole = await run(test, person, { parentId: cut.id });
    expect(await whole.look()).toMatchObject({ status: 'COMPLETED', flow: 'SINGLE' });
    expect(cut.files()).toMatchObject({ 'package.json': expect.any(String), 'a.js': 'a();\n', 'b.js': 'b();\n' });
  });
});

describe('a conversation', () => {
  it('has the turns of its own line alone', async () => {
    await using test = await startStepsTest({
      single: ({ messages }) => [`I did it.\n${file(`${messages.at(-1)!.content.length}.js`, 'x();\n')}`],
    });
    const person = await test.signUp();
    const root = await run(test, person, { prompt: 'ROOT wish' });
    const left = await run(test, person, { prompt: 'LEFT wish', parentId: root.id });
    await run(test, person, { prompt: 'LEFT CHILD wish', parentId: left.id });
    expect(toLastPrompt(test)).toMatch(/ROOT wish[\s\S]*LEFT wish[\s\S]*LEFT CHILD wish/);
    // The prompt of LEFT is edited: the branch begins at its parent.
    const right = await run(test, person, { prompt: 'RIGHT wish', parentId: root.id });
    expect(toLastPrompt(test)).toContain('ROOT wish');
    expect(toLastPrompt(test)).not.toContain('LEFT');
    await run(test, person, { prompt: 'RIGHT CHILD wish', parentId: right.id });
    expect(toLastPrompt(test)).toMatch(/ROOT wish[\s\S]*RIGHT wish/);
    expect(toLastPrompt(test)).not.toContain('LEFT');
    // Edited at the root: nothing before it.
    await run(test, person, { prompt: 'OTHER wish' });
    expect(toLastPrompt(test)).not.toMatch(/ROOT|LEFT|RIGHT/);
    expect(test.ollama.requests.map(toStepName)).toEqual(Array.from({ length: 6 }, () => 'single'));
  });
});
