import { PathLocks } from '@vibecode/platform/files/path.locks';
import type { AnswerEvent } from './answer.event.ts';
import { toProjectPath } from './answer.paths.ts';

/** Keeps apart what an answer makes of locked paths: none of it counts, and what it wanted to change is named. */
export class AnswerLocks {
  readonly #locks: PathLocks;
  readonly #leftAlone = new Set<string>();

  /** @param paths files, and folders with all that is in them */
  constructor(paths: readonly string[]) {
    this.#locks = new PathLocks(paths);
  }

  /** Locked paths that the answer wanted to change, in path order. */
  get leftAlone(): readonly string[] {
    return [...this.#leftAlone].sort();
  }

  /**
   * @param findText the present text of a file; null where there is none
   * @returns whether the event is of a locked path. That the answer was cut off counts for all of it
   */
  takes(event: AnswerEvent, findText: (path: string) => string | null): boolean {
    if (event.type === 'restarted') this.#leftAlone.clear();
    if (!('path' in event) || (event.type === 'problem' && event.code === 'CUT_OFF')) return false;
    const written = toProjectPath(event.path);
    if (!('path' in written) || this.#locks.find(written.path) === null) return false;
    if (wantsChange(event, findText(written.path))) this.#leftAlone.add(written.path);
    return true;
  }
}

/** A model often repeats a file as it is; that does not mean that it wants to change it. */
function wantsChange(event: AnswerEvent, present: string | null): boolean {
  if (event.type === 'started') return false;
  if (event.type === 'deleted') return present !== null;
  if (event.type !== 'written' || present === null) return true;
  return toPlainLines(event.content) !== toPlainLines(present);
}

function toPlainLines(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}
