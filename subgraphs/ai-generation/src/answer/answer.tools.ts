import type { ToolCallPiece } from '../models/model.ts';
import { ToolCallCollector, toStorableText } from '../models/tool.calls.ts';
import type { AnswerEvent } from './answer.event.ts';
import { toProjectPath } from './answer.paths.ts';
import type { Edit } from './answer.replacements.ts';

type Fields = Readonly<Record<string, unknown>>;

const WRITES = ['create_file', 'write_file', 'write_to_file', 'save_file', 'new_file', 'create', 'write', 'fs_write'];
const EDITS = [
  'edit_file',
  'replace_in_file',
  'str_replace',
  'str_replace_editor',
  'str_replace_based_edit_tool',
  'edit',
];
const DELETES = ['delete_file', 'remove_file', 'delete'];
const PATHS = ['path', 'file_path', 'filePath', 'filename', 'file_name', 'target_file', 'file', 'name'];
const CONTENTS = ['content', 'contents', 'file_text', 'text', 'code', 'data'];
const SEARCHES = ['search', 'old_string', 'old_str', 'old_text', 'find'];
const REPLACES = ['replace', 'new_string', 'new_str', 'new_text'];

/**
 * Puts calls of tools together, in whatever pieces they come. What they mean is known at the end of the answer: until then one may
 * still be going on.
 */
export class ToolCallReader {
  readonly #calls = new ToolCallCollector();

  push(pieces: readonly ToolCallPiece[]): void {
    for (const piece of pieces) this.#calls.push(piece);
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  /** @param isCut whether the answer was cut: then a call that is not whole was cut with it */
  end(isCut: boolean): AnswerEvent[] {
    return this.#calls.list().flatMap(({ name, argumentsText }) => {
      const given = parseJson(argumentsText || '{}');
      return given === null ? [toCallProblem(name, isCut)] : readCall(name, given);
    });
  }
}

function toCallProblem(name: string, isCut: boolean): AnswerEvent {
  const message = isCut
    ? `The answer was cut off inside a call of '${name}'.`
    : `The arguments of a call of '${name}' are not JSON.`;
  return { type: 'problem', path: '', code: isCut ? 'CUT_OFF' : 'TOOL_CALL_INVALID', message };
}

/**
 * Reads a call of a tool that stands in the text as JSON, or a list of files.
 *
 * @returns null for JSON that is neither
 */
export function readToolValue(json: string): AnswerEvent[] | null {
  const value = parseJson(json);
  const values = Array.isArray(value) ? value : [value];
  const events = values.map((entry) => readValue(toFields(entry)));
  return events.length > 0 && events.every((read) => read !== null) ? events.flat() : null;
}

function readValue(fields: Fields): AnswerEvent[] | null {
  const called = toFields(fields.function ?? fields);
  const { name } = called;
  const given = called.arguments ?? called.parameters;
  if (typeof name === 'string' && given !== undefined && isKnown(name)) {
    return readCall(name, typeof given === 'string' ? (parseJson(given) ?? {}) : given);
  }
  if (!Array.isArray(fields.files) || fields.files.length === 0) return null;
  const events = fields.files.map((file) => readFile(toFields(file)));
  return events.every((read) => read !== null) ? events.flat() : null;
}

function readFile(file: Fields): AnswerEvent[] | null {
  const [path, content] = [findText(file, PATHS), findText(file, CONTENTS)];
  return path === null || content === null ? null : toWritten(path, content);
}

function isKnown(name: string): boolean {
  return [...WRITES, ...EDITS, ...DELETES].includes(name);
}

function readCall(name: string, given: unknown): AnswerEvent[] {
  const fields = toFields(given);
  const path = findText(fields, PATHS);
  if (!isKnown(name)) {
    return [{ type: 'note', message: `The model called '${name}', which it does not have; nothing was done.` }];
  }
  if (path === null) return [toInvalid('', `A call of '${name}' names no path.`)];
  if (DELETES.includes(name)) return withPath(path, (checked) => [{ type: 'deleted', path: checked }]);
  const edits = readEdits(fields);
  if (edits !== null && !WRITES.includes(name)) {
    return withPath(path, (checked) => [
      { type: 'started', path: checked },
      { type: 'edited', path: checked, edits },
    ]);
  }
  const content = findText(fields, CONTENTS);
  if (content === null) return [toInvalid(path, `A call of '${name}' for '${path}' has no content.`)];
  return toWritten(path, content);
}

function readEdits(fields: Fields): readonly [Edit, ...Edit[]] | null {
  const listed = Array.isArray(fields.edits) ? fields.edits.map(toFields) : [fields];
  const edits = listed.flatMap((edit): Edit[] => {
    const [search, replace] = [findText(edit, SEARCHES), findText(edit, REPLACES)];
    return search === null || replace === null ? [] : [[{ search, replace }]];
  });
  const [first, ...others] = edits;
  return first && edits.length === listed.length ? [first, ...others] : null;
}

function toWritten(path: string, content: string): AnswerEvent[] {
  return withPath(path, (checked) => [
    { type: 'started', path: checked },
    { type: 'written', path: checked, content, certain: true },
  ]);
}

function withPath(path: string, toEvents: (path: string) => AnswerEvent[]): AnswerEvent[] {
  const checked = toProjectPath(path);
  if ('path' in checked) return toEvents(checked.path);
  return [{ type: 'problem', path, code: 'PATH_INVALID', message: `The path '${path}' ${checked.problem}.` }];
}

function toInvalid(path: string, message: string): AnswerEvent {
  return { type: 'problem', path, code: 'TOOL_CALL_INVALID', message };
}

function findText(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const text = fields[name];
    if (typeof text === 'string') return toStorableText(text);
  }
  return null;
}

function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** Null for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what that means.
    return null;
  }
}
