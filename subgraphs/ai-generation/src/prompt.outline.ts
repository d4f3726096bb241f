import { toBoundedList } from './prompt.list.ts';

interface TextFile {
  readonly path: string;
  readonly content: string;
}

const HEADING =
  'The project also holds these files, which are not shown because they are too long. Do not write them anew:';
const READABLE_HEADING =
  'The project also holds these files, which are not shown because they are too long. Read one before you change it:';

/**
 * Names of files that a prompt has no room for, with the names of what they declare, so that the model knows of them.
 *
 * @param files the ones that matter most first
 * @param mostCharacters of the list; what goes beyond is counted
 * @param canRead whether the model has tools to read them
 */
export function toAbsentList(files: readonly TextFile[], mostCharacters: number, canRead = false): string {
  const heading = canRead ? READABLE_HEADING : HEADING;
  return toBoundedList({ heading, noun: 'files', items: files, mostCharacters, describe: describeOutlined });
}

/** With what it declares, where that fits. */
function describeOutlined(file: TextFile, leftCharacters: number): string {
  const bare = describeFile(file);
  if (leftCharacters < bare.length + SHORTEST_OUTLINE) return bare;
  const names = findDeclarations(file.content);
  const whole = `${bare}: ${names.join(', ')}`;
  return names.length === 0 || whole.length > leftCharacters ? bare : whole;
}

const SHORTEST_OUTLINE = 20;
const MOST_DECLARATIONS = 16;
const READ_CHARACTERS = 256 * 1_024;
/** What is declared at the start of a line, in the languages that templates are written in and their like. */
const DECLARATION =
  // bounded input: the first 200 characters of a line
  /^(?:export )?(?:default )?(?:public )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|enum|const|let|var|def|func|fn|struct|trait|module|create table) +(?:if not exists )?([\p{L}_$][\p{L}\p{N}_$]{0,60})/iu;
const HEADING_LINE = /^#{1,3} (.{1,60})/;

/** Names that a file declares outermost, or its headings, in their order: at most 16. */
export function findDeclarations(content: string): string[] {
  const names = new Set<string>();
  let at = 0;
  const end = Math.min(content.length, READ_CHARACTERS);
  while (at < end && names.size < MOST_DECLARATIONS) {
    const newline = content.indexOf('\n', at);
    const lineEnd = newline < 0 ? end : newline;
    const first = content.charCodeAt(at);
    // Most lines are indented or begin with a bracket.
    if (first > SPACE && first !== CLOSING_BRACE) {
      const line = content.slice(at, Math.min(lineEnd, at + MOST_LINE_CHARACTERS));
      const [, name] = DECLARATION.exec(line) ?? HEADING_LINE.exec(line) ?? [];
      if (name) names.add(name.trim());
    }
    at = lineEnd + 1;
  }
  return [...names];
}

const SPACE = 32;
const CLOSING_BRACE = 125;
const MOST_LINE_CHARACTERS = 200;

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
