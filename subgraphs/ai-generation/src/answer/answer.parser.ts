import type { EndReason, ToolCallPiece } from '../models/model.ts';
import { findFence, findOpeningTag, type OpeningTag } from './answer.blocks.ts';
import type { AnswerEvent, AnswerLimits } from './answer.event.ts';
import { FencedBlock, type FenceStart } from './answer.fence.ts';
import { EDIT_LANGUAGE, type Fence, findLeftFences, readFences } from './answer.fences.ts';
import { toProjectPath } from './answer.paths.ts';
import { isSearchMarker } from './answer.replacements.ts';
import { TaggedBlock } from './answer.tagged.ts';
import { findOrphanedEnd, findThoughtEnd, findThoughtStart, isEndMark } from './answer.thinking.ts';
import { readToolValue, ToolCallReader } from './answer.tools.ts';

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
  #fence: FencedBlock | null = null;
  /** What ends the thought that is going on. */
  #thought: string | null = null;
  #toolCall: string[] | null = null;
  /** The last line of talk that was not blank: it may name the file of the fence that follows. */
  #talk = '';
  #fences: Fence[] = [];
  #blocks = 0;
  readonly #paths = new Set<string>();
  #tools = new ToolCallReader();
  #hasCalled = false;
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

  /** The calls that came are whole, and the answer goes on behind them. */
  endToolCalls(): AnswerEvent[] {
    this.#closeText(false);
    // What is still thought ends with the round: the next one begins anew.
    this.#thought = null;
    this.#addChanges(this.#tools.end(false));
    this.#tools = new ToolCallReader();
    this.#hasCalled = true;
    return this.#takeEvents();
  }

  /**
   * The answer has ended. A model that stopped by itself has forgotten the closing tag of an open block; one that was cut, or whose
   * provider does not say, has not finished it.
   */
  end(reason: EndReason | 'cut'): AnswerEvent[] {
    const isCut = reason !== 'stop';
    this.#closeText(isCut);
    if (this.#thought !== null) this.#note('The answer ended inside the reasoning of the model.');
    const calls = this.#tools.end(isCut);
    if (!this.#tools.isEmpty) this.#addChanges(calls);
    if (this.#blocks === 0) this.#addChanges(readFences(this.#fences));
    else this.#noteLeftFences();
    return this.#takeEvents();
  }

  #closeText(isCut: boolean): void {
    if (this.#rest !== '') this.#readLine(this.#rest);
    this.#rest = '';
    if (this.#block) this.#finishBlock(isCut ? 'cut' : 'open');
    if (this.#fence) this.#finishFence(false, isCut);
    if (this.#toolCall) this.#finishToolCall(isCut);
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
    if (fence) this.#openFence(fence);
    else if (isSearchMarker(line)) return this.#openBareFence(EDIT_LANGUAGE, line);
    else if (/^\*\*\* Begin Patch/.test(line)) return this.#openBareFence('diff', line);
    else if (line.trim() !== '') this.#talk = line;
    return null;
  }

  /** What stands before was only thought: the server had left out where it began. */
  #restart(): void {
    this.#fences = [];
    this.#fence = null;
    this.#talk = '';
    // What was written by calls stays: the model was told that it is done.
    if (this.#hasCalled) return;
    this.#events.push({ type: 'restarted' });
    this.#blocks = 0;
    this.#paths.clear();
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

  #openFence(start: FenceStart): void {
    this.#fence = new FencedBlock(start, this.#talk);
    this.#talk = '';
  }

  /** An edit or a patch that stands in the answer without a fence. Several of one file may follow each other. */
  #openBareFence(info: string, first: string): string {
    this.#fence = new FencedBlock({ marker: '', indent: 0, info }, this.#talk);
    return first;
  }

  #readFencedLine(fence: FencedBlock, line: string): string | null {
    const tag = findOpeningTag(line);
    const isStrict = tag?.delimiter != null && tag.delimiter === this.#delimiter;
    if (tag && (isStrict || !fence.hasText || !fence.hasMarker)) {
      // The answer as a whole was put into a fence, or an edit was never ended.
      this.#fence = null;
      return this.#openTag(tag);
    }
    if (findOrphanedEnd(line) === '' && fence.path === null) {
      this.#restart();
      return null;
    }
    const step = fence.push(line);
    if (step === 'open') return null;
    this.#finishFence(step === 'closed', false);
    if (step !== 'closed') this.#openFence(step);
    return null;
  }

  #finishFence(closed: boolean, isCut: boolean): void {
    const fence = this.#fence;
    this.#fence = null;
    if (fence === null) return;
    if (isCut && this.#blocks === 0) {
      const where = fence.path === null ? 'a code block' : `'${fence.path}'`;
      this.#problem(fence.path ?? '', 'CUT_OFF', `The answer was cut off inside ${where}.`);
    } else this.#fences.push(fence.toFence(closed));
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
