import type { GenerationEventData } from '../generation.events.ts';
import { doAtOnce } from '../turns.ts';
import type { AnswerEvent, AnswerProblemCode } from './answer.event.ts';
import { isPartOf } from './answer.fences.ts';
import { findPlaceholderLine } from './answer.laziness.ts';
import { AnswerLocks } from './answer.locks.ts';
import { applyEdit } from './answer.matching.ts';
import { type ProposedChange, toChangeset } from './answer.proposal.ts';
import { type Change, toSha256 } from './answer.reduction.ts';
import type { Edit } from './answer.replacements.ts';

export interface AnswerProblem {
  /** Of the file that it is about; empty for the answer as a whole. */
  readonly path: string;
  readonly code: AnswerProblemCode;
  readonly message: string;
}

/** The project as the model was asked about it. */
export interface AnswerBase {
  /** Its text files by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths of those that the prompt held. */
  readonly shown: ReadonlySet<string>;
  /** Files that no answer changes, and folders with all that is in them. Default: none. */
  readonly lockedPaths?: readonly string[];
}

const NO_BASE: AnswerBase = { files: new Map(), shown: new Set() };

/** Nothing of these stands for a file of the project. */
const DISMISSIBLE: ReadonlySet<AnswerProblemCode> = new Set(['PATH_INVALID', 'FILE_MISSING', 'TOOL_CALL_INVALID']);

/** A file of this many lines may be replaced by what has half of them only by a block that says it is whole. */
const SMALL_FILE_LINES = 6;

/**
 * Gathers what an answer makes of the project's files. A later block of a path replaces the earlier one, an edit finds the file as
 * the answer has left it, and what goes wrong with a path counts until the answer writes it anew.
 */
export class AnswerChanges {
  readonly #base: AnswerBase;
  /** What the answer makes of a path: its text, or null for no file. */
  readonly #after = new Map<string, string | null>();
  readonly #problems = new Map<string, AnswerProblem[]>();
  readonly #notes: string[] = [];
  /** Paths whose text the model has seen since. */
  readonly #seen = new Set<string>();
  readonly #locks: AnswerLocks;

  constructor(base: AnswerBase = NO_BASE) {
    this.#base = base;
    this.#locks = new AnswerLocks(base.lockedPaths ?? []);
  }

  /** Locked paths that the answer wanted to change. */
  get leftAlone(): readonly string[] {
    return this.#locks.leftAlone;
  }

  get problems(): readonly AnswerProblem[] {
    return [...this.#problems.values()].flat();
  }

  /** What was left aside without harm, for the one who reads the answer. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Paths of files that the answer has written or changed. */
  get paths(): readonly string[] {
    return [...this.#after.keys()];
  }

  /** @returns what watchers are told of it. The end of an edit is known only when the project has applied it. */
  add(event: AnswerEvent): GenerationEventData[] {
    return doAtOnce(this.addInSteps(event));
  }

  /** As `add`, one edit a step: each takes time with the size of its file, and an answer may hold hundreds. */
  *addInSteps(event: AnswerEvent): Generator<void, GenerationEventData[]> {
    if (this.#locks.takes(event, (path) => this.#base.files.get(path) ?? null)) return [];
    switch (event.type) {
      case 'started':
        return [{ type: 'FileStarted', path: event.path }];
      case 'written':
        return this.#write(event);
      case 'edited':
        yield* this.#edit(event.path, event.edits);
        return [];
      case 'deleted':
        this.#delete(event.path);
        return [];
      case 'restarted':
        this.#after.clear();
        this.#problems.clear();
        this.#notes.length = 0;
        return [];
      case 'note':
        this.#notes.push(event.message);
        return [];
      case 'problem':
        this.#fail(event.path, event.code, event.message);
        return [];
    }
  }

  /** All changes of the answer, each path once. */
  toChangeset(): Change[] {
    return toChangeset(this.toProposal());
  }

  /** All changes of the answer, each with the whole text before and after it. */
  toProposal(): ProposedChange[] {
    return [...this.#after].flatMap(([path, after]) => {
      const before = this.#base.files.get(path) ?? null;
      return before === after ? [] : [{ path, before, after }];
    });
  }

  /** The text of a file as the answer leaves it; null where there is none. */
  findText(path: string): string | null {
    const after = this.#after.get(path);
    return after === undefined ? (this.#base.files.get(path) ?? null) : after;
  }

  /** Paths of the files as the answer leaves them, in order. */
  listPaths(): readonly string[] {
    const paths = new Set(this.#base.files.keys());
    for (const [path, after] of this.#after) {
      if (after === null) paths.delete(path);
      else paths.add(path);
    }
    return [...paths].sort();
  }

  /** The model has been shown the file, whole: it may replace it. */
  show(path: string): void {
    this.#seen.add(path);
  }

  /** The model was told of what is wrong with a path that stands for no file, or with a call, and may do without. */
  dismiss(path: string): void {
    const problems = this.#problems.get(path) ?? [];
    const kept = problems.filter(({ code }) => !DISMISSIBLE.has(code));
    for (const { message } of problems.filter(({ code }) => DISMISSIBLE.has(code))) this.#notes.push(message);
    if (kept.length > 0) this.#problems.set(path, kept);
    else this.#problems.delete(path);
  }

  /** The problems so far are put to the model again, with the text of the files they are about. */
  askAgain(): readonly AnswerProblem[] {
    const asked = this.problems;
    for (const { path } of asked) this.#seen.add(path);
    this.#problems.delete('');
    return asked;
  }

  #write({ path, content, certain }: Extract<AnswerEvent, { type: 'written' }>): GenerationEventData[] {
    const present = this.#base.files.get(path) ?? null;
    const problem = this.#findWriteProblem(path, content, certain, present);
    if (problem === 'quote') return [];
    if (problem !== null) {
      this.#fail(path, problem.code, problem.message);
      return [];
    }
    this.#problems.delete(path);
    const text = present === null ? content : toLineEndsOf(present, content);
    if (this.#after.get(path) === text) return [];
    this.#after.set(path, text);
    return [{ type: 'FileFinished', path, bytes: Buffer.byteLength(text), sha256: toSha256(text) }];
  }

  #findWriteProblem(path: string, content: string, certain: boolean, present: string | null) {
    const placeholder = findPlaceholderLine(content, present ?? '');
    if (placeholder !== null) {
      const message = `'${path}' holds '${placeholder}' in place of a part of its content.`;
      return { code: 'PLACEHOLDER', message } as const;
    }
    if (present === null) return null;
    if (!this.#base.shown.has(path) && !this.#seen.has(path)) {
      const message = `The model has not seen '${path}', which did not fit into the prompt, so it may not replace it.`;
      return { code: 'FILE_UNSEEN', message } as const;
    }
    if (certain) return null;
    if (isPartOf(content, present)) {
      this.#notes.push(`A code block that quotes '${path}' was taken as talk.`);
      return 'quote';
    }
    const [lines, presentLines] = [countLines(content), countLines(present)];
    if (presentLines < SMALL_FILE_LINES || lines * 2 >= presentLines) return null;
    const message = `A code block for '${path}' has ${lines} lines, and the file ${presentLines}: it seems to be a part of it.`;
    return { code: 'FILE_PARTIAL', message } as const;
  }

  *#edit(path: string, edits: readonly Edit[]): Generator<void, void> {
    const present = this.findText(path);
    if (present === null) {
      this.#create(path, edits);
      return;
    }
    let text = present;
    for (const edit of edits) {
      const outcome = applyEdit(text, edit);
      if ('problem' in outcome) {
        this.#fail(path, 'EDIT_MISMATCH', `An edit of '${path}' does not fit. ${outcome.problem}`);
        return;
      }
      text = outcome.text;
      yield;
    }
    const placeholder = findPlaceholderLine(edits.map(([{ replace }]) => replace).join('\n'), present);
    if (placeholder !== null) {
      const message = `An edit of '${path}' puts '${placeholder}' in the place of a part of the file.`;
      this.#fail(path, 'PLACEHOLDER', message);
      return;
    }
    if (this.#seen.has(path)) this.#problems.delete(path);
    this.#after.set(path, text);
  }

  /** An edit that searches for nothing in a file that is not there makes it. */
  #create(path: string, edits: readonly Edit[]): void {
    const [first, ...others] = edits;
    const replacement = first?.find(({ search }) => search.trim() === '');
    if (replacement === undefined || others.length > 0) {
      this.#fail(path, 'FILE_MISSING', `'${path}' is to be edited, and is not there.`);
      return;
    }
    this.#problems.delete(path);
    this.#after.set(path, replacement.replace.endsWith('\n') ? replacement.replace : `${replacement.replace}\n`);
  }

  #delete(path: string): void {
    if (this.findText(path) === null) {
      this.#notes.push(`'${path}' is not there, so there was nothing to delete.`);
      return;
    }
    this.#problems.delete(path);
    this.#after.set(path, null);
  }

  #fail(path: string, code: AnswerProblemCode, message: string): void {
    const earlier = this.#problems.get(path) ?? [];
    if (!earlier.some((problem) => problem.message === message)) {
      this.#problems.set(path, [...earlier, { path, code, message }]);
    }
  }
}

/** A file keeps its line ends and its byte order mark when a model rewrites it. */
function toLineEndsOf(present: string, content: string): string {
  const isCrLf = present.includes('\r\n') && !present.replaceAll('\r\n', '').includes('\n');
  const text = isCrLf ? content.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') : content;
  return present.startsWith('\ufeff') && !text.startsWith('\ufeff') ? `\ufeff${text}` : text;
}

function countLines(text: string): number {
  return text.trim() === '' ? 0 : text.trim().split('\n').length;
}
