const HEADING =
  'These paths of the project are locked. Do not change, delete, rename or replace them, and write no file into a locked folder:';

/**
 * Names locked paths in a prompt. What does not fit is counted; the answer may not change it either.
 *
 * @param mostCharacters of the list
 */
export function toLockedList(paths: readonly string[], mostCharacters: number): string {
  if (paths.length === 0) return '';
  const lines: string[] = [];
  let left = mostCharacters - HEADING.length - 40;
  for (const path of paths) {
    if (path.length + 3 > left) break;
    left -= path.length + 3;
    lines.push(`- ${path}`);
  }
  const others = paths.length - lines.length;
  if (others > 0) lines.push(`- ${others} ${lines.length > 0 ? 'more' : 'paths'}`);
  return `${HEADING}\n\n${lines.join('\n')}\n\n`;
}
