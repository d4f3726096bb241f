import { toPlainText } from '../execution/output.text.ts';

/** A part of a model's answer as the page shows it: talk, or what it does to one file. */
export interface AnswerSegment {
  readonly kind: 'talk' | 'file' | 'edit' | 'delete';
  /** Empty for talk. */
  readonly path: string;
  readonly text: string;
  /** Whether the closing tag has come. */
  readonly isClosed: boolean;
}

const OPENING_TAG =
  /^\s{0,8}<(file|edit|delete)\s[^>]{0,2000}?\bpath\s{0,8}=\s{0,8}["']([^"'>]{1,1024})["'][^>]{0,200}>/;
const CLOSING_TAG = /^(.*?)<\/(?:file|edit)>\s*$/;
/** A line that could still become a tag waits until it is whole or longer than any tag begins. */
const MAYBE_TAG = /^\s{0,8}</;
const MAYBE_CLOSING = /<\/?[a-z]{0,4}>?\s*$/;

/**
 * Splits an answer in the tagged text of models into what is said and what is written, as it comes, in time linear in its
 * length. It serves the eye only: which files there are in the end is what the project says.
 */
export class AnswerSegments {
  #closed: AnswerSegment[] = [];
  #open: AnswerSegment | null = null;
  /** The line under way. */
  #line = '';

  /** All parts so far; the last one grows. What may turn out to be a tag is held back. */
  get segments(): readonly AnswerSegment[] {
    const held = this.#isHeldBack() ? '' : this.#line;
    const open = this.#open ?? (held === '' ? null : talk(''));
    return open ? [...this.#closed, { ...open, text: open.text + held }] : this.#closed;
  }

  push(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#takeLine(this.#line + text.slice(from, at));
      this.#line = '';
      from = at + 1;
    }
    this.#line += text.slice(from);
  }

  /** The answer is over: what was held back is text after all. */
  end(): void {
    if (this.#line !== '') this.#takeLine(this.#line);
    this.#line = '';
    this.#close(true);
  }

  #isHeldBack(): boolean {
    const { kind = 'talk' } = this.#open ?? {};
    return kind === 'talk' ? MAYBE_TAG.test(this.#line) : MAYBE_CLOSING.test(this.#line.slice(-9));
  }

  #takeLine(line: string): void {
    if (this.#open && this.#open.kind !== 'talk') this.#takeWritten(line);
    else this.#takeSaid(line);
  }

  #takeWritten(line: string): void {
    const closing = line.includes('</') ? CLOSING_TAG.exec(line) : null;
    if (!closing) this.#append(`${line}\n`);
    else {
      if (closing[1]) this.#append(closing[1]);
      this.#close(true);
    }
  }

  #takeSaid(line: string): void {
    const opening = MAYBE_TAG.test(line) ? OPENING_TAG.exec(line) : null;
    if (!opening) {
      this.#append(`${line}\n`);
      return;
    }
    this.#close(true);
    const [, kind, path = ''] = opening;
    this.#open = { kind: kind as AnswerSegment['kind'], path, text: '', isClosed: false };
    if (kind === 'delete') this.#close(true);
  }

  #append(text: string): void {
    const open = this.#open ?? talk('');
    this.#open = { ...open, text: open.text + text };
  }

  #close(isClosed: boolean): void {
    const open = this.#open;
    this.#open = null;
    if (!open || (open.kind === 'talk' && open.text.trim() === '')) return;
    this.#closed = [...this.#closed, { ...open, isClosed }];
  }
}

function talk(text: string): AnswerSegment {
  return { kind: 'talk', path: '', text, isClosed: false };
}

/** The parts of an answer that is whole. */
export function toSegments(text: string): readonly AnswerSegment[] {
  const answer = new AnswerSegments();
  answer.push(text);
  answer.end();
  return answer.segments;
}

/** What the model said beside its files. */
export function toTalk(text: string): string {
  return joinTalk(toSegments(text));
}

/** The same of an answer in parts; escapes of terminals and what turns writing around are taken out. */
export function joinTalk(segments: readonly AnswerSegment[]): string {
  return segments
    .filter(({ kind }) => kind === 'talk')
    .map((segment) => toPlainText(segment.text).trim())
    .filter(Boolean)
    .join('\n\n');
}
