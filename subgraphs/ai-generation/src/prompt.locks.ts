import { toBoundedList } from './prompt.list.ts';

const HEADING =
  'These paths of the project are locked. Do not change, delete, rename or replace them, and write no file into a locked folder:';

/**
 * Names locked paths in a prompt. What does not fit is counted; the answer may not change it either.
 *
 * @param mostCharacters of the list
 */
export function toLockedList(paths: readonly string[], mostCharacters: number): string {
  return toBoundedList({ heading: HEADING, noun: 'paths', items: paths, mostCharacters, describe: (path) => path });
}
