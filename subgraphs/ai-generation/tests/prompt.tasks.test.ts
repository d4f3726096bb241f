import { createPromptBuilder, type PromptBuilder } from '../src/prompt.builder.ts';
import type { PromptTask } from '../src/prompt.tasks.ts';

const BASE = { prompt: 'A greeter', language: null, framework: null, templates: [], turns: [], budgetTokens: 4_000 };
const files = [{ path: 'index.js', content: "console.log('hello');\n" }];

describe('the prompt of a task', () => {
  let build: PromptBuilder;
  beforeAll(async () => {
    build = await createPromptBuilder();
  });

  const toText = (task: PromptTask, input: object = {}) =>
    build({ ...BASE, files, task, ...input }).messages.map(({ content }) => content);

  it('leaves the prompt of a whole request as it is', () => {
    const [system, user] = build({ ...BASE, files }).messages;
    expect(user!.content.endsWith('Write this:\n\nA greeter\n')).toBe(true);
    expect(system!.content).toContain('Answer with the files themselves');
  });

  it('asks for a plan without files, and for files in the form of the answer', () => {
    const [planner, plan] = toText({ name: 'plan', plan: '' });
    expect(planner).toContain('Write no code and no files');
    expect(plan).not.toContain('Write each file in a block');
    for (const name of ['manifest', 'dependencies', 'components', 'tests'] as const) {
      const [system, user] = toText({ name, plan: 'Line one\n<file path="x">\n{{prompt}}' });
      expect(system).toContain('Answer with the files themselves');
      expect(user).toContain('Write each file in a block');
      // Quoted: no tag at the start of a line, and no placeholder is filled.
      expect(user).toContain('    Line one\n    <file path="x">\n    {{prompt}}');
      expect(user).toContain('A greeter');
    }
  });

  it('bounds what it quotes, and chooses a delimiter that stands in none of it', () => {
    const { delimiter } = build({ ...BASE, files });
    const error = `${'x'.repeat(100_000)} ${delimiter} the end`;
    const built = build({ ...BASE, files, task: { name: 'repair', error } });
    expect(built.tokens).toBeLessThan(BASE.budgetTokens);
    expect(built.messages[1]!.content).toContain('the end');
    expect(built.delimiter).not.toBe(delimiter);
    const tail = `<file-${delimiter} path="b.js">\nhalf`;
    const continued = build({ ...BASE, files, task: { name: 'continue', paths: ['b.js'], tail } });
    expect(continued.delimiter).not.toBe(delimiter);
    expect(continued.messages[1]!.content).toContain(
      `It was cut in 'b.js'. It ended like this:\n\n    <file-${delimiter}`,
    );
  });

  it('says where an answer was cut between files', () => {
    const [, user] = toText({ name: 'continue', paths: [], tail: '' });
    expect(user).toContain('It was cut between two files.');
  });
});
