import { createHash } from 'node:crypto';
import type { GenerationEventData } from '../generation.events.ts';
import { applyEdit } from './answer.edits.ts';
import type { AnswerEvent, AnswerProblemCode } from './answer.parser.ts';

/** One change of a changeset, as the project service takes it. */
export type Change =
  | { readonly operation: 'WRITE'; readonly path: string; readonly content: string }
  | { readonly operation: 'EDIT'; readonly path: string; readonly search: string; readonly replace: string }
  | { readonly operation: 'DELETE'; readonly path: string };

export interface AnswerProblem {
  readonly code: AnswerProblemCode;
  readonly message: string;
}

/**
 * Gathers what an answer changes, a path once: a later block of a path replaces the earlier one, and an edit of a file that the
 * same answer has written goes into that file.
 */
export class AnswerChanges {
  readonly #changes = new Map<string, readonly Change[]>();
  readonly problems: AnswerProblem[] = [];

  /** @returns what watchers are told of it. The end of an edit is known only when the project has applied it. */
  add(event: AnswerEvent): GenerationEventData[] {
    switch (event.type) {
      case 'started':
        return [{ type: 'FileStarted', path: event.path }];
      case 'written':
        return this.#write(event.path, event.content);
      case 'edited':
        return this.#edit(event);
      case 'deleted':
        this.#changes.set(event.path, [{ operation: 'DELETE', path: event.path }]);
        return [];
      case 'problem':
        this.problems.push({ code: event.code, message: event.message });
        return [];
    }
  }

  toChangeset(): Change[] {
    return [...this.#changes.values()].flat();
  }

  #findWritten(path: string): string | null {
    const [change] = this.#changes.get(path) ?? [];
    return change?.operation === 'WRITE' ? change.content : null;
  }

  #write(path: string, content: string): GenerationEventData[] {
    if (this.#findWritten(path) === content) return [];
    this.#changes.set(path, [{ operation: 'WRITE', path, content }]);
    return [toFileFinished(path, content)];
  }

  #edit({ path, edits }: Extract<AnswerEvent, { type: 'edited' }>): GenerationEventData[] {
    const written = this.#findWritten(path);
    if (written === null) {
      const earlier = (this.#changes.get(path) ?? []).filter(({ operation }) => operation === 'EDIT');
      this.#changes.set(path, [...earlier, ...edits.map((edit) => ({ operation: 'EDIT' as const, path, ...edit }))]);
      return [];
    }
    let content: string | null = written;
    for (const edit of edits) content = content === null ? null : applyEdit(content, edit);
    if (content !== null) return this.#write(path, content);
    this.problems.push({
      code: 'EDIT_INVALID',
      message: `An edit of '${path}' searches for text that does not stand in it exactly once.`,
    });
    return [];
  }
}

function toFileFinished(path: string, content: string): GenerationEventData {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { type: 'FileFinished', path, bytes: Buffer.byteLength(content), sha256 };
}
