import { findClosingTag, findPlainClosingTag, type OpeningTag, unwrapFence } from './answer.blocks.ts';
import type { AnswerEvent } from './answer.event.ts';
import { toPatchEvents } from './answer.fences.ts';
import { isPatch } from './answer.patch.ts';
import { withoutTrailingProse } from './answer.prose.ts';
import { isSearchMarker, parseReplacements } from './answer.replacements.ts';

/** Documents in which `<file …>` and `</file>` are elements of their own. */
const MARKUP_FILE =
  /\.(?:xml|xlf|xliff|nuspec|qrc|wxs|csproj|vbproj|props|targets|config|plist|svg|xsd|xsl|html?|vue)$/i;
const PATCH_FILE = /\.(?:diff|patch)$/i;

/** A tagged block that is being read. Lines are given to it until one closes it. */
export class TaggedBlock {
  readonly #lines: string[] = [];
  #characters = 0;
  /** Elements of the document that are called like the block's own tag, and are open. */
  #depth = 0;

  /**
   * @param path null for a block that is read past: what it holds is not used
   * @param delimiter what its closing tag must carry; null for a plain block
   */
  constructor(
    readonly kind: 'file' | 'edit',
    readonly path: string | null,
    readonly delimiter: string | null,
    readonly mostCharacters: number,
  ) {}

  /** The lines so far, for a block that turns out to be a plain one. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get isTooLarge(): boolean {
    return this.#characters > this.mostCharacters;
  }

  /**
   * Whether an opening tag inside this block is content: in one with a delimiter every other tag is, and in a document with elements
   * of that name those that are indented.
   */
  holds({ delimiter, indent }: OpeningTag): boolean {
    if (this.delimiter !== null) return delimiter !== this.delimiter;
    return indent > 0 && this.path !== null && MARKUP_FILE.test(this.path);
  }

  /**
   * Takes the next line.
   *
   * @returns what stands behind the closing tag, when the line has it; null while the block goes on
   */
  push(line: string): string | null {
    const closed = this.#findEnd(line);
    if (closed === null) {
      this.#add(line);
      return null;
    }
    // Content may end on the line of its tag; with a delimiter its very last character counts.
    this.#add(this.delimiter !== null || closed.before.trim() !== '' ? closed.before : '');
    return closed.rest;
  }

  #findEnd(line: string) {
    if (this.delimiter !== null) return findClosingTag(line, this.delimiter);
    if (this.path !== null && MARKUP_FILE.test(this.path)) {
      const opened = /^\s+<file\b[^>]*[^/>]>\s*$/i.test(line) ? 1 : 0;
      if (this.#depth > 0 && /^\s+<\/file>\s*$/i.test(line)) {
        this.#depth -= 1;
        return null;
      }
      this.#depth += opened;
    }
    return findPlainClosingTag(line);
  }

  #add(line: string): void {
    this.#characters += line.length + 1;
    if (!this.isTooLarge) this.#lines.push(line);
  }

  /** What the block says, once it is over. `isClosed`: by its closing tag. */
  finish(isClosed: boolean): AnswerEvent[] {
    const { path } = this;
    if (path === null) return [];
    if (this.isTooLarge) {
      const message = `'${path}' has more than ${this.mostCharacters} characters.`;
      return [{ type: 'problem', path, code: 'FILE_TOO_LARGE', message }];
    }
    const changes = this.#readChanges(path);
    if (changes !== null) return changes;
    if (this.kind === 'edit') return [toEditProblem(path)];
    return isClosed ? [this.#toWritten(path)] : this.#toGuessed(path);
  }

  /** Edits or a patch, whichever kind of tag they stand in; null for neither. */
  #readChanges(path: string): AnswerEvent[] | null {
    const first = this.#lines.find((line) => line.trim() !== '' && !line.trimStart().startsWith('```'));
    const isEdit = first !== undefined && isSearchMarker(first);
    if (this.kind === 'edit' || isEdit) {
      const edits = parseReplacements(this.#lines);
      if (edits !== null) return [{ type: 'edited', path, edits }];
      if (isEdit) return [toEditProblem(path)];
    }
    const isPatched =
      isPatch(this.#lines) && (this.kind === 'edit' || /^(?:--- |@@ |diff --git |\*\*\* )/.test(first ?? ''));
    if (!isPatched || PATCH_FILE.test(path)) return null;
    return (
      toPatchEvents(
        this.#lines.filter((line) => !line.startsWith('```')),
        path,
      )?.slice(1) ?? [toEditProblem(path)]
    );
  }

  #toWritten(path: string): AnswerEvent {
    // A block with a delimiter holds what it holds; a plain one may have been wrapped in a fence.
    const lines = unwrapFence(path, this.#lines, true);
    return { type: 'written', path, content: lines.join('\n'), certain: true };
  }

  /** A block without its closing tag: what the model said behind the file has to be told from the file. */
  #toGuessed(path: string): AnswerEvent[] {
    const ended = this.#lines.at(-1) === '' ? this.#lines : [...this.#lines, ''];
    const unwrapped = unwrapFence(path, ended, false);
    const { lines, isCut } = withoutTrailingProse(path, unwrapped);
    const message = `The block of '${path}' has no closing tag.${isCut ? ' Sentences at its end were left out.' : ''}`;
    return [
      { type: 'note', message },
      { type: 'written', path, content: lines.join('\n'), certain: false },
    ];
  }
}

function toEditProblem(path: string): AnswerEvent {
  const message = `The edit of '${path}' has no SEARCH and REPLACE parts.`;
  return { type: 'problem', path, code: 'EDIT_INVALID', message };
}
