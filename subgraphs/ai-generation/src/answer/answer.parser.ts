import type { EndReason, ToolCallPiece } from '../models/model.ts';
import { findFence, findOpeningTag, isMarkdownPath, type OpeningTag } from './answer.blocks.ts';
import type { AnswerEvent, AnswerLimits } from './answer.event.ts';
import { EDIT_LANGUAGE, type Fence, findLeftFences, readFences } from './answer.fences.ts';
import { findAnnouncedPath, findPathInComment, findPathInFenceInfo, toProjectPath } from './answer.paths.ts';
import { isReplaceMarker, isSearchMarker } from './answer.replacements.ts';
import { TaggedBlock } from './answer.tagged.ts';
import { findOrphanedEnd, findThoughtEnd, findThoughtStart, isEndMark } from './answer.thinking.ts';
import { readToolValue, ToolCallReader } from './answer.tools.ts';

interface OpenFence {
  readonly marker: string;
  readonly indent: number;
  readonly info: string;
  path: string | null;
  isMentioned: boolean;
  readonly lines: string[];
  /** Whether a line was more than white space. */
  hasText: boolean;
  /** Inner fences that are open. */
  nested: number;
}

/** Lines that may name the file, at the beginning of a block: a comment may stand behind `#!/usr/bin/env node`. */
const FIRST_LINE = /^(?:#!|<\?php|<!doctype |['"]use strict['"]|# -\*- coding)/i;
/** More tags than any answer has in a line; reading on would take time that grows with their square. */
const MOST_PARTS_OF_LINE = 50;
const TOOL_CALL = /^\s*<tool_call>/i;
const TOOL_CALL_END = '</tool_call>';

/**
 * Reads an answer as it streams, in any pieces: the events depend on the text alone. It works by whole lines, takes the tagged blocks
 * of `answer.blocks.ts`, and, where an answer has none of them, what models write in their place. Thoughts are read past.
 */
export class AnswerParser {
  readonly #limits: AnswerLimits;
  readonly #delimiter: string | null;
  /** The beginning of the line that has not ended yet. It is looked at only once it has: pieces may be single characters. */
  #rest = '';
  #block: TaggedBlock | null = null;
  #fence: OpenFence | null = null;
  /** What ends the thought that is going on. */
  #thought: string | null = null;
  #toolCall: string[] | null = null;
  /** The last line of talk that was not blank: it may name the file of the fence that follows. */
  #talk = '';
  #fences: Fence[] = [];
  #blocks = 0;
  readonly #paths = new Set<string>();
  readonly #tools = new ToolCallReader();
  #events: AnswerEvent[] = [];

  /** @param delimiter of this answer's tags; null where none was chosen */
  constructor({ delimiter = null, ...limits }: Partial<AnswerLimits> & { readonly delimiter?: string | null } = {}) {
    this.#limits = { fileCharacters: 1_048_576, files: 200, ...limits };
    this.#delimiter = delimiter?.toLowerCase() ?? null;
  }

  /** Takes the next piece of the answer. */
  push(text: string): AnswerEvent[] {
    const [first = '', ...lines] = text.split('\n');
    this.#rest += first;
    for (const line of lines) {
      this.#readLine(this.#rest);
      this.#rest = line;
    }
    return this.#takeEvents();
  }

  /** Takes pieces of calls of tools that came beside the text. */
  pushToolCalls(pieces: readonly ToolCallPiece[]): void {
    this.#tools.push(pieces);
  }

  /**
   * The answer has ended. A model that stopped by itself has forgotten the closing tag of an open block; one that was cut, or whose
   * provider does not say, has not finished it.
   */
  end(reason: EndReason | 'cut'): AnswerEvent[] {
    const isCut = reason !== 'stop';
    if (this.#rest !== '') this.#readLine(this.#rest);
    this.#rest = '';
    if (this.#block) this.#finishBlock(isCut ? 'cut' : 'open');
    if (this.#fence) this.#finishFence(false, isCut);
    if (this.#toolCall) this.#finishToolCall(isCut);
    if (this.#thought !== null) this.#note('The answer ended inside the reasoning of the model.');
    const calls = this.#tools.end(isCut);
    if (!this.#tools.isEmpty) this.#addChanges(calls);
    if (this.#blocks === 0) this.#addChanges(readFences(this.#fences));
    else this.#noteLeftFences();
    return this.#takeEvents();
  }

  /** A line may hold several tags: what stands behind one is read as a line of its own. */
  #readLine(line: string): void {
    let part: string | null = line;
    for (let parts = 0; part !== null && (parts === 0 || part.trim() !== ''); parts += 1) {
      if (parts === MOST_PARTS_OF_LINE) {
        this.#problem('', 'TOO_MANY_FILES', `A line of the answer has more than ${MOST_PARTS_OF_LINE} tags.`);
        return;
      }
      part = this.#readPart(part);
    }
  }

  /** @returns what is left to read; null when nothing is */
  #readPart(line: string): string | null {
    if (this.#thought !== null) return this.#readThought(line, this.#thought);
    if (this.#block) return this.#readBlockLine(this.#block, line);
    if (this.#toolCall) return this.#readToolCallLine(this.#toolCall, line);
    if (this.#fence) return this.#readFencedLine(this.#fence, line);
    return this.#readTalk(line);
  }

  #readThought(line: string, close: string): string | null {
    const rest = findThoughtEnd(line, close);
    if (rest !== null) this.#thought = null;
    return rest;
  }

  #readTalk(line: string): string | null {
    const thought = findThoughtStart(line);
    if (thought) {
      this.#thought = thought.close;
      return thought.rest;
    }
    const behindThought = findOrphanedEnd(line);
    if (behindThought !== null) {
      this.#restart();
      return behindThought;
    }
    const tag = findOpeningTag(line);
    const fence = findFence(line);
    if (tag) return this.#openTag(tag);
    if (TOOL_CALL.test(line)) {
      this.#toolCall = [];
      return line.slice(line.indexOf('>') + 1);
    }
    if (fence) this.#openFence(fence.indent, fence.marker, fence.info);
    else if (isSearchMarker(line)) this.#openFence(0, '', EDIT_LANGUAGE, line);
    else if (/^\*\*\* Begin Patch/.test(line)) this.#openFence(0, '', 'diff', line);
    else if (line.trim() !== '') this.#talk = line;
    return null;
  }

  /** What stands before was only thought: the server had left out where it began. */
  #restart(): void {
    this.#events.push({ type: 'restarted' });
    this.#fences = [];
    this.#fence = null;
    this.#blocks = 0;
    this.#paths.clear();
    this.#talk = '';
  }

  #openTag(tag: OpeningTag): string | null {
    this.#blocks += 1;
    const isStrict = tag.delimiter !== null && tag.delimiter === this.#delimiter;
    const open = (path: string | null) => {
      const kind = tag.kind === 'edit' ? 'edit' : 'file';
      this.#block = new TaggedBlock(kind, path, isStrict ? tag.delimiter : null, this.#limits.fileCharacters);
    };
    const checked = toProjectPath(tag.path);
    if ('problem' in checked) {
      this.#problem(tag.path, 'PATH_INVALID', `The path '${tag.path}' ${checked.problem}.`);
      if (tag.kind !== 'delete' && !tag.selfClosing) open(null);
      return tag.rest;
    }
    const { path } = checked;
    if (this.#blocks > this.#limits.files) {
      this.#problem(path, 'TOO_MANY_FILES', `The answer has more than ${this.#limits.files} files.`);
      if (tag.kind !== 'delete' && !tag.selfClosing) open(null);
      return tag.rest;
    }
    this.#paths.add(path);
    if (tag.kind === 'delete') {
      this.#events.push({ type: 'deleted', path });
      return tag.rest;
    }
    this.#events.push({ type: 'started', path });
    open(path);
    if (tag.selfClosing) this.#finishBlock('closed');
    return tag.rest;
  }

  #readBlockLine(block: TaggedBlock, line: string): string | null {
    const tag = findOpeningTag(line);
    if (tag && !block.holds(tag)) {
      this.#finishBlock('open');
      this.#fence = null;
      return this.#openTag(tag);
    }
    if (block.delimiter === null && isEndMark(line)) {
      this.#finishBlock('open');
      return null;
    }
    const rest = block.push(line);
    if (rest !== null) this.#finishBlock('closed');
    return rest;
  }

  #finishBlock(end: 'closed' | 'open' | 'cut'): void {
    const block = this.#block;
    this.#block = null;
    if (block === null) return;
    if (end !== 'closed' && block.delimiter !== null) {
      // The model has not kept to its delimiter: what it wrote is a plain block.
      this.#block = new TaggedBlock(block.kind, block.path, null, block.mostCharacters);
      for (const line of block.lines) this.#readLine(line);
      if (end === 'cut' || this.#block !== null) this.#finishBlock(end);
    } else if (end === 'cut') {
      if (block.path !== null) this.#problem(block.path, 'CUT_OFF', `The answer was cut off inside '${block.path}'.`);
    } else this.#events.push(...block.finish(end === 'closed'));
  }

  #readToolCallLine(lines: string[], line: string): string | null {
    const end = line.toLowerCase().indexOf(TOOL_CALL_END);
    lines.push(end === -1 ? line : line.slice(0, end));
    if (end === -1) return null;
    this.#finishToolCall(false);
    return line.slice(end + TOOL_CALL_END.length);
  }

  #finishToolCall(isCut: boolean): void {
    const events = readToolValue((this.#toolCall ?? []).join('\n'));
    this.#toolCall = null;
    if (events) this.#addChanges(events);
    else if (isCut) this.#problem('', 'CUT_OFF', 'The answer was cut off inside a call of a tool.');
    else this.#problem('', 'TOOL_CALL_INVALID', 'A call of a tool cannot be read.');
  }

  /** @param first a line that belongs to the block already, where it has no fence of its own */
  #openFence(indent: number, marker: string, info: string, first: string | null = null): void {
    const inInfo = marker === '' ? null : findPathInFenceInfo(info);
    const announced = inInfo === null ? findAnnouncedPath(this.#talk) : null;
    this.#fence = {
      marker,
      indent,
      info,
      path: inInfo ?? announced?.path ?? null,
      isMentioned: announced?.isMentioned ?? false,
      lines: first === null ? [] : [first],
      hasText: first !== null,
      nested: 0,
    };
    if (marker !== '') this.#talk = '';
  }

  #readFencedLine(fence: OpenFence, line: string): string | null {
    if (fence.marker === '') {
      fence.lines.push(line);
      if (isReplaceMarker(line) || /^\*\*\* End Patch/.test(line)) this.#finishFence(true, false);
      return null;
    }
    const tag = findOpeningTag(line);
    if (tag && (!fence.hasText || (tag.delimiter !== null && tag.delimiter === this.#delimiter))) {
      // The answer as a whole was put into a fence.
      this.#fence = null;
      return this.#openTag(tag);
    }
    if (findOrphanedEnd(line) === '' && fence.path === null) this.#restart();
    else this.#readCodeLine(fence, line);
    return null;
  }

  #readCodeLine(fence: OpenFence, line: string): void {
    fence.hasText ||= line.trim() !== '';
    const { marker: inner = '', info = '' } = findFence(line) ?? {};
    const isFence = inner.startsWith(fence.marker);
    const isMarkdown = isMarkdownPath(fence.path ?? '') || /^(?:md|markdown)\b/i.test(fence.info);
    if (isFence && info === '' && fence.nested === 0) this.#finishFence(true, false);
    else if (isFence && !isMarkdown && findPathInFenceInfo(info)) {
      this.#finishFence(false, false);
      this.#openFence(fence.indent, inner, info);
    } else {
      if (isFence && info === '') fence.nested -= 1;
      else if (isFence && isMarkdown) fence.nested += 1;
      const isFirst = fence.lines.length === 0 || (fence.lines.length === 1 && FIRST_LINE.test(fence.lines[0]!));
      const path =
        isFirst && !isMarkdown && (fence.path === null || fence.isMentioned) ? findPathInComment(line) : null;
      if (path === null) fence.lines.push(withoutIndent(line, fence.indent));
      else Object.assign(fence, { path, isMentioned: false });
    }
  }

  #finishFence(closed: boolean, isCut: boolean): void {
    const fence = this.#fence;
    this.#fence = null;
    if (fence === null) return;
    if (isCut && this.#blocks === 0) {
      this.#problem(
        fence.path ?? '',
        'CUT_OFF',
        `The answer was cut off inside ${fence.path ? `'${fence.path}'` : 'a code block'}.`,
      );
      return;
    }
    const { info, path, isMentioned, lines } = fence;
    this.#fences.push({ info, path, isMentioned, lines: [...lines, ''], closed });
  }

  #noteLeftFences(): void {
    const paths = findLeftFences(this.#fences, this.#paths);
    for (const path of paths) {
      this.#note(
        `A code block that names '${path}' was taken as talk, because the answer has blocks in the form asked for.`,
      );
    }
  }

  /** Changes that did not come as tagged blocks. */
  #addChanges(events: readonly AnswerEvent[]): void {
    for (const event of events) {
      if (event.type === 'started') {
        this.#blocks += 1;
        this.#paths.add(event.path);
      } else if (event.type === 'written' && event.content.length > this.#limits.fileCharacters) {
        const message = `'${event.path}' has more than ${this.#limits.fileCharacters} characters.`;
        this.#problem(event.path, 'FILE_TOO_LARGE', message);
        continue;
      } else if (event.type === 'deleted') this.#blocks += 1;
      this.#events.push(event);
    }
    if (this.#blocks > this.#limits.files) {
      this.#problem('', 'TOO_MANY_FILES', `The answer has more than ${this.#limits.files} files.`);
    }
  }

  #problem(path: string, code: Extract<AnswerEvent, { type: 'problem' }>['code'], message: string): void {
    this.#events.push({ type: 'problem', path, code, message });
  }

  #note(message: string): void {
    this.#events.push({ type: 'note', message });
  }

  #takeEvents(): AnswerEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** The line without the white space it begins with, as far as the fence is indented. */
function withoutIndent(line: string, indent: number): string {
  const space = line.length - line.trimStart().length;
  return line.slice(Math.min(space, indent));
}
