interface TextFile {
  readonly path: string;
  readonly content: string;
}

const HEADING =
  'The project also holds these files, which are not shown because they are too long. Do not write them anew:';

/**
 * Names of files that a prompt has no room for, so that the model knows of them.
 *
 * @param mostCharacters of the list; what goes beyond is counted
 */
export function toAbsentList(files: readonly TextFile[], mostCharacters: number): string {
  if (files.length === 0) return '';
  const lines: string[] = [];
  let left = mostCharacters - HEADING.length - 40;
  for (const file of files) {
    const line = `- ${describeFile(file)}`;
    if (line.length + 1 > left) break;
    left -= line.length + 1;
    lines.push(line);
  }
  const others = files.length - lines.length;
  if (others > 0) lines.push(`- ${others} ${lines.length > 0 ? 'more' : 'files'}`);
  return `${HEADING}\n\n${lines.join('\n')}\n\n`;
}

/** `src/big.js (56 KB)` */
function describeFile({ path, content }: TextFile): string {
  return `${path} (${Math.max(1, Math.round(content.length / 1_024))} KB)`;
}

const MOST_NAMED_FILES = 5;

/** What the one who reads the answer is told of files that the model did not see; null when it saw all. */
export function describeAbsent(files: readonly TextFile[]): string | null {
  if (files.length === 0) return null;
  const named = files.slice(0, MOST_NAMED_FILES).map(describeFile).join(', ');
  const others = files.length - MOST_NAMED_FILES;
  return `The model has not seen ${named}${others > 0 ? ` and ${others} more files` : ''}: the prompt had no room.`;
}
