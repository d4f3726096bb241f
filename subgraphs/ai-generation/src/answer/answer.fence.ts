import { findFence, isMarkdownPath } from './answer.blocks.ts';
import type { Fence } from './answer.fences.ts';
import { findAnnouncedPath, findPathInComment, findPathInFenceInfo } from './answer.paths.ts';
import { isReplaceMarker } from './answer.replacements.ts';

/** Lines that may stand before the comment that names a file: `#!/usr/bin/env node`. */
const FIRST_LINE = /^(?:#!|<\?php|<!doctype |['"]use strict['"]|# -\*- coding)/i;

export interface FenceStart {
  /** What opened it; empty for edits and patches that stand in an answer without a fence. */
  readonly marker: string;
  readonly indent: number;
  readonly info: string;
}

/** What becomes of a fence with a line: it goes on, it ends, or it ends because another one begins. */
export type FenceStep = 'open' | 'closed' | FenceStart;

/** A fenced block that is being read. */
export class FencedBlock {
  readonly #start: FenceStart;
  readonly #lines: string[] = [];
  #path: string | null;
  #isMentioned: boolean;
  #hasText = false;
  /** Inner fences that are open. */
  #nested = 0;

  /** @param talk the line before it, which may name its file */
  constructor(start: FenceStart, talk: string) {
    const inInfo = start.marker === '' ? null : findPathInFenceInfo(start.info);
    const announced = inInfo === null ? findAnnouncedPath(talk) : null;
    this.#start = start;
    this.#path = inInfo ?? announced?.path ?? null;
    this.#isMentioned = announced?.isMentioned ?? false;
  }

  get path(): string | null {
    return this.#path;
  }

  get hasMarker(): boolean {
    return this.#start.marker !== '';
  }

  /** Whether a line so far was more than white space. */
  get hasText(): boolean {
    return this.#hasText;
  }

  push(line: string): FenceStep {
    this.#hasText ||= line.trim() !== '';
    if (!this.hasMarker) {
      this.#lines.push(line);
      return isReplaceMarker(line) || /^\*\*\* End Patch/.test(line) ? 'closed' : 'open';
    }
    const { marker: inner = '', info = '' } = findFence(line) ?? {};
    const isFence = inner.startsWith(this.#start.marker);
    const isMarkdown = this.#isMarkdown();
    if (isFence && info === '' && this.#nested === 0) return 'closed';
    if (isFence && !isMarkdown && findPathInFenceInfo(info)) return { marker: inner, info, indent: this.#start.indent };
    if (isFence && info === '') this.#nested -= 1;
    else if (isFence && isMarkdown) this.#nested += 1;
    this.#addCode(line, isMarkdown);
    return 'open';
  }

  toFence(closed: boolean): Fence {
    const lines = [...this.#lines, ''];
    return { info: this.#start.info, path: this.#path, isMentioned: this.#isMentioned, lines, closed };
  }

  #addCode(line: string, isMarkdown: boolean): void {
    const [first] = this.#lines;
    const isFirst = first === undefined || (this.#lines.length === 1 && FIRST_LINE.test(first));
    const mayName = isFirst && !isMarkdown && (this.#path === null || this.#isMentioned);
    const path = mayName ? findPathInComment(line) : null;
    if (path === null) this.#lines.push(withoutIndent(line, this.#start.indent));
    else [this.#path, this.#isMentioned] = [path, false];
  }

  #isMarkdown(): boolean {
    return isMarkdownPath(this.#path ?? '') || /^(?:md|markdown)\b/i.test(this.#start.info);
  }
}

/** The line without the white space it begins with, as far as the fence is indented. */
function withoutIndent(line: string, indent: number): string {
  const space = line.length - line.trimStart().length;
  return line.slice(Math.min(space, indent));
}
