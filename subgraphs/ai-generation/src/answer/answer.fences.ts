import { indexOfText } from '@vibecode/platform/text.search';
import type { AnswerEvent } from './answer.event.ts';
import { findEntryFile, isLanguageOf, toLanguage } from './answer.languages.ts';
import { isPatch, type PatchedFile, parsePatch } from './answer.patch.ts';
import { findPathAsHeading, toProjectPath } from './answer.paths.ts';
import { isReplaceMarker, isSearchMarker, parseReplacements } from './answer.replacements.ts';
import { readToolValue } from './answer.tools.ts';

/** A fenced block as it stood in an answer. */
export interface Fence {
  readonly info: string;
  /** The file it names, or is announced as; null for none. */
  readonly path: string | null;
  /** Whether the path is a heading, stands in the fence, or was only mentioned in a sentence. */
  readonly isMentioned: boolean;
  readonly lines: readonly string[];
  readonly closed: boolean;
}

/** The language of edits that stand in an answer without a fence. */
export const EDIT_LANGUAGE = 'edit';

/**
 * What the fences of an answer are, when it has no block in the form that was asked for: files, edits, patches, or talk. A fence is a
 * file only where its language fits the path; shell commands, output, quotes of a file, and a second block for the same entry file
 * are not.
 */
export function readFences(fences: readonly Fence[]): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const files = new Map<string, string>();
  const unnamed = new Map<string, Set<string>>();
  for (const fence of fences) {
    const said = readChanges(fence);
    if (said !== null) events.push(...said);
    else readFile(fence, files, unnamed);
  }
  const isNamed = files.size > 0 || events.length > 0;
  return [...events, ...[...files].flatMap(toWritten), ...(isNamed ? [] : readUnnamed(unnamed))];
}

/** Names of files that fences seem to hold, in an answer whose files stand elsewhere. */
export function findLeftFences(fences: readonly Fence[], taken: ReadonlySet<string>): string[] {
  const paths = fences.flatMap(({ path, isMentioned, info }) => {
    const checked = path === null || isMentioned ? null : toProjectPath(path);
    const isFile = checked !== null && 'path' in checked && isLanguageOf(toLanguage(info), checked.path);
    return isFile && !taken.has(checked.path) ? [checked.path] : [];
  });
  return [...new Set(paths)];
}

/** Edits, patches and calls of tools; null for a fence that is none of them. */
function readChanges(fence: Fence): AnswerEvent[] | null {
  const language = toLanguage(fence.info);
  const { lines } = fence;
  if (lines.some(isSearchMarker) && (lines.some(isReplaceMarker) || language === EDIT_LANGUAGE))
    return readEdits(fence);
  const isDiff = ['diff', 'patch', 'udiff'].includes(language);
  const isDiffFile = /\.(?:diff|patch)$/i.test(fence.path ?? '');
  if (!isDiffFile && (isDiff || (language === '' && isPatch(lines)))) {
    const events = toPatchEvents(lines, fence.path);
    // Lines with a sign that do not form a patch are talk: they say what has changed.
    return events ?? (isPatch(lines) ? [toPatchProblem(fence.path)] : []);
  }
  return language === 'json' && fence.path === null ? readToolValue(lines.join('\n')) : null;
}

function readEdits({ lines, path }: Fence): AnswerEvent[] {
  const start = lines.findIndex(isSearchMarker);
  const first = lines.slice(0, start).findLast((line) => line.trim() !== '');
  const checked = toProjectPath(findPathAsHeading(first ?? '') ?? path ?? '');
  const inside = 'path' in checked ? checked.path : null;
  if (inside === null) {
    return [
      { type: 'problem', path: '', code: 'EDIT_INVALID', message: 'An edit does not say which file it changes.' },
    ];
  }
  const edits = parseReplacements(lines);
  if (edits === null) {
    const message = `The edit of '${inside}' has no SEARCH and REPLACE parts.`;
    return [{ type: 'problem', path: inside, code: 'EDIT_INVALID', message }];
  }
  return [
    { type: 'started', path: inside },
    { type: 'edited', path: inside, edits },
  ];
}

/** Null when the lines are not a patch that can be read. */
export function toPatchEvents(lines: readonly string[], path: string | null): AnswerEvent[] | null {
  const files = parsePatch(lines);
  return files?.flatMap((file) => toPatchedEvents(file, path)) ?? null;
}

function toPatchedEvents(file: PatchedFile, announced: string | null): AnswerEvent[] {
  const checked = toProjectPath(file.path ?? announced ?? '');
  if ('problem' in checked) {
    const message = `A patch names the path '${file.path ?? ''}', which ${checked.problem}.`;
    return [{ type: 'problem', path: file.path ?? '', code: 'PATH_INVALID', message }];
  }
  const { path } = checked;
  if (file.operation === 'delete') return [{ type: 'deleted', path }];
  const started = { type: 'started', path } as const;
  if (file.operation === 'write') return [started, { type: 'written', path, content: file.content, certain: true }];
  return [started, { type: 'edited', path, edits: file.edits }];
}

function toPatchProblem(path: string | null): AnswerEvent {
  const message = `A patch${path === null ? '' : ` of '${path}'`} cannot be read.`;
  return { type: 'problem', path: path ?? '', code: 'PATCH_INVALID', message };
}

function readFile(fence: Fence, files: Map<string, string>, unnamed: Map<string, Set<string>>): void {
  const language = toLanguage(fence.info);
  const content = fence.lines.join('\n');
  const checked = fence.path === null ? null : toProjectPath(fence.path);
  if (checked !== null && 'path' in checked) {
    if (!isLanguageOf(language, checked.path)) return;
    if (fence.isMentioned && language === '') return;
    const earlier = files.get(checked.path);
    // The last version counts, unless it is a quote of an earlier one.
    if (earlier === undefined || !isPartOf(content, earlier)) files.set(checked.path, content);
    return;
  }
  const entry = findEntryFile(language);
  if (entry === null || content.trim() === '') return;
  const known = unnamed.get(entry) ?? new Set();
  known.add(content);
  unnamed.set(entry, known);
}

/** Whether a text is some lines of another one, and not all. */
export function isPartOf(part: string, whole: string): boolean {
  const text = part.trim();
  return text.length < whole.trim().length && indexOfText(`\n${whole}\n`, `\n${text}\n`) !== -1;
}

function readUnnamed(unnamed: ReadonlyMap<string, ReadonlySet<string>>): AnswerEvent[] {
  return [...unnamed].flatMap(([path, contents]): AnswerEvent[] => {
    const [content, ...others] = contents;
    if (content === undefined) return [];
    if (others.length === 0) return toWritten([path, content]);
    const message = `The answer has ${contents.size} code blocks that could all be '${path}', and none names its file.`;
    return [{ type: 'problem', path: '', code: 'BLOCKS_UNNAMED', message }];
  });
}

function toWritten([path, content]: readonly [string, string]): AnswerEvent[] {
  return [
    { type: 'started', path },
    { type: 'written', path, content, certain: false },
  ];
}
