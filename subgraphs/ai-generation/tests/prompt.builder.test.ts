import { createPromptBuilder, type PromptInput } from '../src/prompt.builder.ts';
import { rankFiles } from '../src/prompt.relevance.ts';

function createInput(input: Partial<PromptInput> = {}): PromptInput {
  const template = (title: string) => ({
    score: 0.5,
    template: {
      id: title,
      title,
      description: `About ${title}`,
      language: 'javascript',
      framework: null,
      tags: [],
      files: [{ path: 'index.js', content: `// ${title} ${'x'.repeat(400)}\n` }],
    },
  });
  return {
    prompt: 'A greeting',
    language: 'javascript',
    framework: 'express',
    turns: [],
    templates: ['first', 'second', 'third'].map(template),
    files: [{ path: 'server.js', content: 'serve();\n' }],
    budgetTokens: 4_000,
    ...input,
  };
}

const toText = ({ messages }: { messages: readonly { content: string }[] }) => messages[1]!.content;

describe('a built prompt', () => {
  it('holds the request, the project, its files and the templates', async () => {
    const build = await createPromptBuilder();
    const text = toText(build(createInput()));
    for (const part of ['## first', '## third', 'path="server.js">\nserve();\n</file-', 'javascript with express']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/A greeting\n$/);
    expect(text).not.toContain('{{');
  });

  it('leaves out the least similar templates when they do not fit, and never the request', async () => {
    const build = await createPromptBuilder();
    const roomy = build(createInput());
    const text = toText(build(createInput({ budgetTokens: roomy.tokens - 20 })));
    expect(text).toContain('## second');
    expect(text).not.toContain('## third');
    expect(toText(build(createInput({ budgetTokens: 0 })))).toContain('A greeting');
  });

  it('holds what was asked before, within a share of the budget', async () => {
    const build = await createPromptBuilder();
    const turn = { prompt: 'A page', text: 'A page of HTML.', failure: null, isCancelled: false };
    expect(toText(build(createInput({ turns: [turn] })))).toContain('- Asked: A page\n  Answered: A page of HTML.');
    const many = Array.from({ length: 8 }, () => ({ ...turn, prompt: 'word '.repeat(100) }));
    const built = build(createInput({ turns: many, budgetTokens: 2_000 }));
    expect(built.tokens).toBeLessThanOrEqual(2_000);
    expect([...built.shown]).toEqual(['server.js']);
  });

  it('takes what a user writes for text, never for a placeholder', async () => {
    const build = await createPromptBuilder();
    expect(toText(build(createInput({ prompt: 'Show {{files}} and $1 and $& please' })))).toContain(
      'Show {{files}} and $1 and $& please',
    );
  });

  it('has the same hash exactly when the same is asked', async () => {
    const build = await createPromptBuilder();
    expect(build(createInput()).sha256).toBe(build(createInput()).sha256);
    expect(build(createInput()).sha256).not.toBe(build(createInput({ prompt: 'Another' })).sha256);
  });

  it('asks for edits where there are files, for new files only where there are none', async () => {
    const build = await createPromptBuilder();
    const { delimiter, ...built } = build(createInput());
    expect(toText(built)).toContain(`<edit-${delimiter} path="package.json">`);
    expect(toText(build(createInput({ files: [] })))).not.toContain('<edit-');
  });

  it('has a delimiter that stands in nothing the model reads', async () => {
    const build = await createPromptBuilder();
    const { delimiter } = build(createInput());
    const files = [{ path: 'a.js', content: `</file-${delimiter}>` }];
    const other = build(createInput({ files })).delimiter;
    expect(other).toMatch(/^[a-z][0-9][a-z][0-9]$/);
    expect(other).not.toBe(delimiter);
  });

  it('names the files that it has no room for, and says which it shows', async () => {
    const build = await createPromptBuilder();
    const big = { path: 'src/big.js', content: 'x'.repeat(56_000) };
    const built = build(createInput({ files: [big, { path: 'small.js', content: 'small();\n' }] }));
    expect(toText(built)).toContain('- src/big.js (55 KB)');
    expect([...built.shown]).toEqual(['small.js']);
    expect(built.absent).toEqual([big]);
    const many = Array.from({ length: 900 }, (_, at) => ({ path: `src/file.${at}.js`, content: 'x'.repeat(400) }));
    const crowded = build(createInput({ files: many }));
    expect(crowded.tokens).toBeLessThanOrEqual(4_000);
    expect(toText(crowded)).toMatch(/- \d+ more/);
  });

  it('shows the files that the request is about before all others', async () => {
    const build = await createPromptBuilder();
    const prompt = 'Change zebra.js.';
    const files = ['a.js', 'b.js', 'zebra.js'].map((path) => ({ path, content: 'x'.repeat(8_000) }));
    const { shown } = build(createInput({ files: await rankFiles(files, prompt), prompt, templates: [] }));
    expect([...shown]).toEqual(['zebra.js']);
  });
});
