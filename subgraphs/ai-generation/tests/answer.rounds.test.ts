import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';
import { answerInRounds } from '../src/answer.rounds.ts';
import { answerCall, loadModelTools } from '../src/model.tools.ts';
import type { Model, ModelEnd, ModelMessage, ModelTool } from '../src/models/model.ts';
import { type Asked, type Said, startCallingServer } from './calling.server.ts';
import { createModelRequest } from './model.contract.ts';

const MAIN = 'export const limit = 10;\n';

/** One answer in rounds, read as a generation reads it. */
async function run(
  model: Model,
  tools: readonly ModelTool[],
  { roomTokens = 2_000, maxTokens = 1_000, files = { 'src/main.ts': MAIN, 'src/other.ts': 'other\n' } } = {},
) {
  const changes = new AnswerChanges({ files: new Map(Object.entries(files)), shown: new Set() });
  const parser = new AnswerParser({ delimiter: 'k7q2' });
  const request = createModelRequest();
  const ask = (more: { messages: readonly ModelMessage[]; mustAnswer: boolean; maxTokens: number }) =>
    Promise.resolve(model.stream({ ...request, tools, ...more }));
  let text = '';
  let end: ModelEnd | undefined;
  const rounds = answerInRounds({
    chunks: await ask({ messages: request.messages, mustAnswer: false, maxTokens }),
    messages: request.messages,
    maxTokens,
    roomTokens,
    ask,
    answer: (call, room) => answerCall(call, changes, room * 4),
  });
  for await (const chunk of rounds) {
    text += chunk.text;
    for (const event of parser.push(chunk.text)) changes.add(event);
    parser.pushToolCalls(chunk.toolCalls ?? []);
    if (chunk.areCallsWhole) for (const event of parser.endToolCalls()) changes.add(event);
    end = chunk.end ?? end;
  }
  for (const event of parser.end(end!.reason)) changes.add(event);
  return { text, end, changes };
}

const toolMessages = (asked: Asked | undefined) =>
  asked?.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);

describe.each(['ollama', 'openai'] as const)('an answer of %s in rounds', (provider) => {
  const setUp = async (answers: readonly (readonly Said[])[]) => {
    const server = await startCallingServer(answers);
    return { server, model: server.models[provider], tools: await loadModelTools() };
  };

  it('reads files, changes one, and goes on with what its calls answered', async () => {
    const { server, model, tools } = await setUp([
      [
        'Let me look. ',
        [
          { name: 'list_files', arguments: { prefix: 'src/' } },
          { name: 'read_file', arguments: { path: './src/main.ts' } },
        ],
      ],
      [[{ name: 'edit_file', arguments: { path: 'src/main.ts', search: 'limit = 10', replace: 'limit = 20' } }]],
      [[{ name: 'read_file', arguments: { path: 'src/main.ts' } }]],
      ['The limit is 20 now.'],
    ]);
    await using _ = server;
    const { text, end, changes } = await run(model, tools);
    expect(text).toBe('Let me look. \n\nThe limit is 20 now.');
    expect(end).toEqual({ reason: 'stop', promptTokens: 400, completionTokens: 40 });
    expect(changes.toProposal()).toEqual([{ path: 'src/main.ts', before: MAIN, after: 'export const limit = 20;\n' }]);
    expect(server.asked).toHaveLength(4);
    expect(server.asked[0]!.tools?.map((tool) => tool.function.name)).toEqual(tools.map(({ name }) => name));
    expect(toolMessages(server.asked[1])).toEqual(['src/main.ts\nsrc/other.ts', MAIN]);
    expect(toolMessages(server.asked[3])?.slice(2)).toEqual(['Done.', 'export const limit = 20;\n']);
  });

  it('is told of an edit that does not fit, and of a file that is not there', async () => {
    const { server, model, tools } = await setUp([
      [
        [
          { name: 'edit_file', arguments: { path: 'src/main.ts', search: 'nowhere', replace: 'x' } },
          { name: 'read_file', arguments: { path: 'main.ts' } },
          { name: 'fly', arguments: {} },
        ],
      ],
      [[{ name: 'create_file', arguments: { path: 'src/main.ts', content: 'all new\n' } }]],
      ['Done.'],
    ]);
    await using _ = server;
    const { changes } = await run(model, tools);
    const [edit, read, fly] = toolMessages(server.asked[1]) as string[];
    expect(edit).toContain('does not stand in the file');
    expect(read).toBe("There is no file 'main.ts'. There is src/main.ts.");
    expect(fly).toContain("There is no tool 'fly'");
    expect(changes.problems).toEqual([]);
    expect(changes.findText('src/main.ts')).toBe('all new\n');
  });

  it('fails in the end, where the model calls on and on', async () => {
    const { server, model, tools } = await setUp([[[{ name: 'list_files', arguments: {} }]]]);
    await using _ = server;
    await expect(run(model, tools)).rejects.toThrow('still called tools in its round 8');
    expect(server.asked).toHaveLength(8);
    // Ollama has no word for it: there the tools are left out.
    expect(server.asked.at(-1)).toMatchObject(provider === 'openai' ? { tool_choice: 'none' } : {});
    expect(server.asked.at(-1)!.tools === undefined).toBe(provider === 'ollama');
  });

  it('reads the rounds apart: talk, a thought and a file that were left open end with theirs', async () => {
    const file = '<file-k7q2 path="src/a.js">\na\n</file-k7q2>\n';
    const look = [{ name: 'list_files', arguments: {} }];
    for (const open of ['I look first.', '<think>I need b', 'so it is done now\n</think>\n']) {
      await using server = await startCallingServer([
        [[{ name: 'create_file', arguments: { path: 'src/b.js', content: 'b\n' } }]],
        [open, look],
        [file],
      ]);
      const { changes } = await run(server.models[provider], await loadModelTools());
      expect(changes.problems).toEqual([]);
      expect(changes.toProposal().map(({ path }) => path)).toEqual(['src/b.js', 'src/a.js']);
    }
  });

  it('is whole once the model has corrected what it was told of', async () => {
    const { server, model, tools } = await setUp([
      [
        [
          { name: 'create_file', arguments: { path: '../a.js', content: 'a\n' } },
          { name: 'edit_file', arguments: { path: 'src/man.ts', search: 'x', replace: 'y' } },
        ],
      ],
      [[{ name: 'create_file', arguments: { path: 'a.js', content: 'a\u0000\ud800b\n' } }]],
      ['Done.'],
    ]);
    await using _ = server;
    const { changes } = await run(model, tools);
    expect(changes.problems).toEqual([]);
    expect(changes.notes).toHaveLength(2);
    expect(changes.toProposal()).toEqual([{ path: 'a.js', before: null, after: 'a\ufffdb\n' }]);
  });

  it('is not given more than there is room for', async () => {
    const { server, model, tools } = await setUp([
      [[{ name: 'read_file', arguments: { path: 'big.txt' } }]],
      ['It is long.'],
    ]);
    await using _ = server;
    await run(model, tools, { roomTokens: 100, files: { 'big.txt': 'x'.repeat(1_000_000) } as never });
    expect(toolMessages(server.asked[1])![0]).toMatch(/^This is only its beginning\.\nx+$/);
    expect(String(toolMessages(server.asked[1])![0]).length).toBeLessThanOrEqual(400);
  });

  it('stops where the answer may have no more tokens', async () => {
    const { server, model, tools } = await setUp([[[{ name: 'list_files', arguments: {} }]]]);
    await using _ = server;
    const { end } = await run(model, tools, { maxTokens: 55 });
    expect(end).toMatchObject({ reason: 'length', completionTokens: 10 });
    expect(server.asked).toHaveLength(1);
  });
});

describe('tools of a model', () => {
  it('are the operations that agents call, without what the job fills in', async () => {
    const [list, read, create] = await loadModelTools();
    expect(list).toMatchObject({ name: 'list_files', inputSchema: { type: 'object', required: [] } });
    expect(Object.keys((list as unknown as { inputSchema: { properties: object } }).inputSchema.properties)).toEqual([
      'prefix',
    ]);
    expect(read).toMatchObject({ name: 'read_file', inputSchema: { required: ['path'] } });
    expect(create).toMatchObject({ name: 'create_file', inputSchema: { required: ['path', 'content'] } });
    expect(create!.description).not.toBe('');
  });

  it('are left out for a server that refuses them', async () => {
    await using server = await startCallingServer([['No tools.']], { status: 400 });
    const { text } = await run(server.models.openai, await loadModelTools());
    expect(text).toBe('No tools.');
    expect((await server.models.openai.probe()).callsTools).toBe(false);
  });

  it('say so when arguments are no JSON', async () => {
    await using server = await startCallingServer([[[{ name: 'read_file', arguments: '{"path": ' }]], ['I give up.']]);
    const { text } = await run(server.models.openai, await loadModelTools());
    expect(text).toBe('I give up.');
    expect(toolMessages(server.asked[1])).toEqual(["The arguments of 'read_file' are not a JSON object."]);
  });
});
