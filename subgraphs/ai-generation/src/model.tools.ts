import { createToolRegistry } from '@vibecode/platform/tools/tool.registry';
import { buildSchema } from 'graphql';
import type { AnswerChanges } from './answer/answer.changes.ts';
import { toProjectPath } from './answer/answer.paths.ts';
import type { GenerationEventData } from './generation.events.ts';
import { CHARACTERS_PER_TOKEN, type ModelTool, type ToolCall } from './models/model.ts';
import { readCallArguments, toStorableText } from './models/tool.calls.ts';
import { readToolFiles } from './tool.files.ts';

/** Of the platform's one list of tools, those that are about the files of a project. */
const OFFERED = ['list_files', 'read_file', 'create_file', 'edit_file', 'delete_file'] as const;
type OfferedName = (typeof OFFERED)[number];
/** What the job knows and a model need not say: which project, which version, and what the change is for. */
const FILLED_IN = new Set(['projectId', 'version', 'baseVersion', 'message', 'idempotencyKey', 'first', 'after']);
const MOST_LISTED = 500;
/** Characters of an answer that watchers see. */
const MOST_TOLD = 2_000;
/** Paths of the same name that are suggested for a file that is not there. */
const MOST_SUGGESTED = 5;
const CUT_SHORT = 'This is only its beginning.\n';

/**
 * The tools that a model may call while it answers: the same operations that agents call by MCP, with their names, descriptions and
 * arguments, but for what the job fills in.
 */
export async function loadModelTools(): Promise<readonly ModelTool[]> {
  const { schema, files } = await readToolFiles();
  const { tools } = createToolRegistry({ schema: buildSchema(schema), files, allowsMutations: true });
  return OFFERED.map((name): ModelTool => {
    const tool = tools.get(name);
    if (!tool) throw new Error(`The operations of schema/tools have no '${name}', which models are offered.`);
    const { properties, required = [], ...rest } = tool.inputSchema;
    return {
      name,
      description: tool.description,
      inputSchema: {
        ...rest,
        properties: Object.fromEntries(Object.entries(properties).filter(([key]) => !FILLED_IN.has(key))),
        required: required.filter((key) => !FILLED_IN.has(key)),
      },
    };
  });
}

/** Whether a call only reads: it changes nothing, and does not belong to the answer. */
export function isReading({ name }: Pick<ToolCall, 'name'>): boolean {
  return name === 'list_files' || name === 'read_file';
}

/**
 * Answers a call with the files as the answer has left them so far. A writing call has been taken by `changes` before; its answer
 * says what became of it.
 *
 * @param roomCharacters what the answer may have
 */
export function answerCall(call: ToolCall, changes: AnswerChanges, roomCharacters: number): string {
  const text = toStorableText(toAnswer(call, changes, roomCharacters));
  return text.length <= roomCharacters ? text : 'There is no room for more. Answer with what you have seen.';
}

function toAnswer(call: ToolCall, changes: AnswerChanges, roomCharacters: number): string {
  const given = readCallArguments(call.argumentsText);
  if (given === null) {
    changes.dismiss('');
    return `The arguments of '${call.name}' are not a JSON object.`;
  }
  switch (call.name as OfferedName) {
    case 'list_files':
      return listFiles(given, changes);
    case 'read_file':
      return readFile(given, changes, roomCharacters);
    case 'create_file':
    case 'edit_file':
    case 'delete_file':
      return describeWrite(given, changes);
    default:
      return `There is no tool '${call.name}'. Expected one of ${OFFERED.join(', ')}.`;
  }
}

function listFiles({ prefix = '' }: Readonly<Record<string, unknown>>, changes: AnswerChanges): string {
  if (typeof prefix !== 'string') return "'prefix' is the beginning of paths, such as 'src/'.";
  const beginning = prefix.startsWith('./') ? prefix.slice(2) : prefix.startsWith('/') ? prefix.slice(1) : prefix;
  const paths = changes.listPaths().filter((path) => path.startsWith(beginning));
  if (paths.length === 0) return beginning === '' ? 'The project has no files.' : `No path begins with '${prefix}'.`;
  const more = paths.length - MOST_LISTED;
  const listed = paths.slice(0, MOST_LISTED).join('\n');
  return more > 0 ? `${listed}\nAnd ${more} more: ask with a longer 'prefix'.` : listed;
}

function readFile(given: Readonly<Record<string, unknown>>, changes: AnswerChanges, roomCharacters: number): string {
  const path = findPath(given);
  if (path === null) return `'path' is missing: the path of a file, such as 'src/app.ts'.`;
  const content = changes.findText(path);
  if (content === null) return describeMissing(path, changes);
  if (content.length <= roomCharacters) {
    changes.show(path);
    return content === '' ? 'The file is empty.' : content;
  }
  return CUT_SHORT + content.slice(0, Math.max(0, roomCharacters - CUT_SHORT.length)).toWellFormed();
}

function describeMissing(path: string, changes: AnswerChanges): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const alike = changes.listPaths().filter((other) => other.toLowerCase().endsWith(`/${name}`) || other === name);
  const suggestion = alike.length === 0 ? '' : ` There is ${alike.slice(0, MOST_SUGGESTED).join(', ')}.`;
  return `There is no file '${path}'.${suggestion}`;
}

function describeWrite(given: Readonly<Record<string, unknown>>, changes: AnswerChanges): string {
  const path = findPath(given);
  const problems = changes.problems.filter((problem) => problem.path === path || problem.path === given.path);
  if (path !== null && changes.leftAlone.includes(path)) return `'${path}' is locked. It was left alone.`;
  if (problems.length > 0) {
    if (path !== null) changes.show(path);
    for (const problem of problems) changes.dismiss(problem.path);
    return problems.map(({ message }) => message).join('\n');
  }
  return path === null ? "'path' is missing, or is no path in the project." : 'Done.';
}

function findPath({ path }: Readonly<Record<string, unknown>>): string | null {
  if (typeof path !== 'string') return null;
  const checked = toProjectPath(path);
  return 'path' in checked ? checked.path : null;
}

/** A call as those are told of it who watch. */
export function toToolCalled(call: ToolCall, result: string): GenerationEventData {
  return {
    type: 'ToolCalled',
    name: toStorableText(call.name),
    arguments: readCallArguments(call.argumentsText) ?? toStorableText(call.argumentsText),
    result: result.length > MOST_TOLD ? `${result.slice(0, MOST_TOLD - 1).toWellFormed()}…` : result,
  };
}

/** Tokens that the definitions take in a prompt, estimated. */
export function estimateToolTokens(tools: readonly ModelTool[]): number {
  return Math.ceil(JSON.stringify(tools).length / CHARACTERS_PER_TOKEN);
}
