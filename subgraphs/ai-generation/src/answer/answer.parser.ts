import { findClosedTail, findOpeningTag, type OpeningTag, toFileContent, unescapeLine } from './answer.blocks.ts';
import { type Edit, parseEdits } from './answer.edits.ts';
import {
  findEntryFile,
  findPathInComment,
  findPathInFenceInfo,
  findPathInTalk,
  toProjectPath,
} from './answer.paths.ts';

/** What a model's answer turns out to say. Every `started` is followed by one `written`, `edited` or `problem` of its path. */
export type AnswerEvent =
  | { readonly type: 'started'; readonly path: string }
  | { readonly type: 'written'; readonly path: string; readonly content: string }
  | { readonly type: 'edited'; readonly path: string; readonly edits: readonly Edit[] }
  | { readonly type: 'deleted'; readonly path: string }
  /** A block that cannot be used. `path` is as the model wrote it. */
  | { readonly type: 'problem'; readonly path: string; readonly code: AnswerProblemCode; readonly message: string };

export type AnswerProblemCode = 'PATH_INVALID' | 'EDIT_INVALID' | 'FILE_TOO_LARGE' | 'TOO_MANY_FILES' | 'CUT_OFF';

export interface AnswerLimits {
  /** UTF-16 units of one file. Default 1,048,576. */
  readonly fileCharacters: number;
  /** Blocks of one answer. Default 200. */
  readonly files: number;
}

interface Block {
  readonly kind: 'file' | 'edit' | 'fence';
  /** Null for a fence that has not named its file. */
  path: string | null;
  readonly lines: string[];
  characters: number;
  /** Only fences: what opened it. */
  readonly fence?: { readonly marker: string; readonly indent: number; readonly info: string };
  /** Only fences: inner fences that are open. */
  nested: number;
}

const FENCE = /^(\s*)(`{3,}|~{3,})/;

/**
 * Reads an answer as it streams, in any chunks: the events depend on the text alone. It works by whole lines, takes the tagged
 * blocks of `answer.blocks.ts`, and what models write in their place: blocks they never close, whole answers inside a code
 * fence, and fenced blocks that name their file in the info string, in the line before, or in a first comment.
 */
export class AnswerParser {
  readonly #limits: AnswerLimits;
  /** The beginning of the line that has not ended yet. It is looked at only once it has: pieces may be single characters. */
  #rest = '';
  #block: Block | null = null;
  #blocks = 0;
  /** The last line of talk that was not blank: it may name the file of the fence that follows. */
  #talk = '';
  readonly #paths = new Set<string>();
  /** The longest nameless fence of each language, by that language's entry file, in case the answer names no file at all. */
  readonly #unnamed = new Map<string, string>();
  #events: AnswerEvent[] = [];

  constructor(limits: Partial<AnswerLimits> = {}) {
    this.#limits = { fileCharacters: 1_048_576, files: 200, ...limits };
  }

  /** Takes the next piece of the answer. */
  push(text: string): AnswerEvent[] {
    const [first = '', ...lines] = text.split('\n');
    this.#rest += first;
    for (const line of lines) {
      this.#readLine(this.#rest, true);
      this.#rest = line;
    }
    return this.#takeEvents();
  }

  /**
   * The answer has ended. A model that stopped by itself has forgotten the closing tag of an open block; one that was cut has not
   * finished it.
   */
  end(reason: 'stop' | 'length'): AnswerEvent[] {
    if (this.#rest !== '') this.#readLine(this.#rest, false);
    this.#rest = '';
    if (this.#block) {
      if (reason === 'length') this.#cutOff(this.#block);
      else this.#finishBlock(this.#block, false);
    }
    if (this.#blocks === 0) this.#writeUnnamed();
    return this.#takeEvents();
  }

  #readLine(line: string, whole: boolean): void {
    const block = this.#block;
    const tag = findOpeningTag(line);
    if (tag) {
      if (block && !(block.kind === 'fence' && (block.path === null || block.lines.length === 0)))
        this.#finishBlock(block, false);
      this.#block = null;
      this.#openTag(tag, whole);
    } else if (block?.kind === 'fence') this.#readFencedLine(block, line);
    else if (block) this.#readTaggedLine(block, line, whole);
    else this.#readTalk(line);
  }

  #openTag(tag: OpeningTag, whole: boolean): void {
    this.#blocks += 1;
    const checked = toProjectPath(tag.path);
    if ('problem' in checked) {
      this.#problem(tag.path, 'PATH_INVALID', `The path '${tag.path}' ${checked.problem}.`);
      if (tag.kind !== 'delete' && !tag.selfClosing) this.#block = createBlock(tag.kind, null);
      return;
    }
    const { path } = checked;
    if (this.#blocks > this.#limits.files) {
      this.#problem(path, 'TOO_MANY_FILES', `The answer has more than ${this.#limits.files} files.`);
      this.#block = createBlock('file', null);
      return;
    }
    this.#paths.add(path);
    if (tag.kind === 'delete') {
      this.#events.push({ type: 'deleted', path });
      return;
    }
    this.#events.push({ type: 'started', path });
    this.#block = createBlock(tag.kind, path);
    if (tag.selfClosing) this.#finishBlock(this.#block, true);
    else if (tag.rest.trim() !== '') this.#readTaggedLine(this.#block, tag.rest, whole);
  }

  #readTaggedLine(block: Block, line: string, whole: boolean): void {
    const tail = findClosedTail(line);
    if (tail === null) {
      this.#add(block, block.kind === 'file' ? unescapeLine(line) : line, whole);
      return;
    }
    if (tail !== '' || block.lines.length > 0)
      this.#add(block, block.kind === 'file' ? unescapeLine(tail) : tail, false);
    this.#finishBlock(block, true);
  }

  #readTalk(line: string): void {
    const fence = findFence(line);
    if (fence) this.#openFence(fence.indent, fence.marker, fence.info);
    else if (line.trim() !== '') this.#talk = line;
  }

  #openFence(indent: number, marker: string, info: string): void {
    const block: Block = { ...createBlock('fence', null), fence: { marker, indent, info } };
    this.#block = block;
    const path = findPathInFenceInfo(info) ?? findPathInTalk(this.#talk);
    this.#talk = '';
    if (path) this.#name(block, path);
  }

  #readFencedLine(block: Block, line: string): void {
    const { marker, indent } = block.fence!;
    const { marker: inner = '', info = '' } = findFence(line) ?? {};
    const isFence = inner.startsWith(marker);
    const isBare = info === '';
    if (isFence && isBare && block.nested === 0) {
      this.#finishBlock(block, true);
    } else if (isFence && !isMarkdown(block) && findPathInFenceInfo(info)) {
      this.#finishBlock(block, false);
      this.#openFence(indent, inner, info);
    } else {
      if (isFence && isBare) block.nested -= 1;
      else if (isFence && isMarkdown(block)) block.nested += 1;
      const isFirst = block.path === null && block.lines.length === 0 && !isMarkdown(block);
      const path = isFirst ? findPathInComment(line) : null;
      if (path) this.#name(block, path);
      else this.#add(block, withoutIndent(line, indent), true);
    }
  }

  /** A fence names its file. One that names a file the answer has already is talk about it. */
  #name(block: Block, written: string): void {
    const checked = toProjectPath(written);
    if (!('path' in checked) || this.#paths.has(checked.path) || this.#blocks >= this.#limits.files) return;
    this.#blocks += 1;
    block.path = checked.path;
    this.#start(checked.path);
  }

  #start(path: string): void {
    this.#paths.add(path);
    this.#events.push({ type: 'started', path });
  }

  #add(block: Block, line: string, newline: boolean): void {
    block.characters += line.length + 1;
    if (block.characters > this.#limits.fileCharacters) return;
    if (block.lines.length === 0) block.lines.push('');
    block.lines[block.lines.length - 1] += line;
    if (newline) block.lines.push('');
  }

  #finishBlock(block: Block, closed: boolean): void {
    this.#block = null;
    if (block.kind === 'fence') {
      const content = block.lines.join('\n');
      const entry = findEntryFile(block.fence?.info.split(/\s/)[0] ?? '');
      const isLonger = entry !== null && content.trim().length > (this.#unnamed.get(entry)?.length ?? 0);
      if (block.path === null && isLonger) this.#unnamed.set(entry, content);
    }
    if (block.path === null) return;
    if (block.characters > this.#limits.fileCharacters) {
      this.#problem(block.path, 'FILE_TOO_LARGE', `The file has more than ${this.#limits.fileCharacters} characters.`);
    } else if (block.kind === 'edit') this.#finishEdit(block.path, block.lines);
    else {
      const content = block.kind === 'file' ? toFileContent(block.path, block.lines, closed) : block.lines.join('\n');
      this.#events.push({ type: 'written', path: block.path, content });
    }
  }

  #writeUnnamed(): void {
    for (const [path, content] of this.#unnamed) {
      this.#start(path);
      this.#events.push({ type: 'written', path, content });
    }
  }

  #finishEdit(path: string, lines: readonly string[]): void {
    const edits = parseEdits(lines);
    if (edits) this.#events.push({ type: 'edited', path, edits });
    else this.#problem(path, 'EDIT_INVALID', `The edit of '${path}' has no SEARCH and REPLACE parts.`);
  }

  #cutOff(block: Block): void {
    this.#block = null;
    if (block.path === null) return;
    this.#problem(block.path, 'CUT_OFF', `The answer was cut off inside '${block.path}'.`);
  }

  #problem(path: string, code: AnswerProblemCode, message: string): void {
    this.#events.push({ type: 'problem', path, code, message });
  }

  #takeEvents(): AnswerEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** Reads the first line of a code fence; null for any other line. A backtick behind the marker makes it inline code. */
function findFence(line: string): { indent: number; marker: string; info: string } | null {
  const [start, indent = '', marker = ''] = FENCE.exec(line) ?? [];
  if (start === undefined || line.includes('`', start.length)) return null;
  return { indent: indent.length, marker, info: line.slice(start.length).trim() };
}

/** The line without the white space it begins with, as far as the fence is indented. */
function withoutIndent(line: string, indent: number): string {
  const space = line.length - line.trimStart().length;
  return line.slice(Math.min(space, indent));
}

function createBlock(kind: Block['kind'], path: string | null): Block {
  return { kind, path, lines: [], characters: 0, nested: 0 };
}

function isMarkdown({ path, fence }: Block): boolean {
  return /\.mdx?$/i.test(path ?? '') || /^(?:md|markdown)\b/i.test(fence?.info ?? '');
}
