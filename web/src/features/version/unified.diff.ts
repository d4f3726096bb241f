/** A line of a diff, numbered as in the file before and after. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap';
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a diff of one file in the unified format; a gap stands where lines are left out. */
export function toDiffLines(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let isInHunk = false;
  for (const line of diff.split('\n')) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      if (lines.length > 0) lines.push({ kind: 'gap', before: null, after: null, text: '' });
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      isInHunk = true;
    } else if (!isInHunk || line === '') continue;
    else if (line.startsWith('+')) lines.push({ kind: 'added', before: null, after: after++, text: line.slice(1) });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', before: before++, after: null, text: line.slice(1) });
    else if (line.startsWith(' ')) lines.push({ kind: 'same', before: before++, after: after++, text: line.slice(1) });
  }
  return lines;
}

export function countLines(lines: readonly DiffLine[]): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const { kind } of lines) {
    if (kind === 'added') added++;
    if (kind === 'removed') removed++;
  }
  return { added, removed };
}
