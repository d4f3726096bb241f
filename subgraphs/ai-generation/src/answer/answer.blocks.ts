/**
 * The tagged text models answer in. Everything outside a block is talk to the user.
 *
 *     <file path="src/index.js">          a whole file: written, or replaced
 *     console.log('hello');
 *     </file>
 *     <edit path="package.json">          one or more replacements in a file that is there already
 *     <<<<<<< SEARCH
 *     "version": "1.0.0"
 *     =======
 *     "version": "1.1.0"
 *     >>>>>>> REPLACE
 *     </edit>
 *     <delete path="src/old.js" />
 *
 * A tag counts only at the start of a line, a closing tag at the end of one. A file's content runs from the line after the
 * opening tag to the closing tag, so its last newline is its own. Content that would read as a tag has a backslash before it.
 */

/** A tag of the protocol that begins a line, perhaps as a list item or in bold, behind any number of escaping backslashes. */
const OPENING_TAG = /^(\s*(?:[-*]\s+|\*\*|`)?)(\\*)(<(?:file|edit|delete)\s)/i;
/** The same as the parser reads it, up to its attributes: `<file path="a.js">`, `<delete path='a.js' />`. */
const TAG_START = /^\s*(?:[-*]\s+|\*\*|`)?<(file|edit|delete)\s/i;
const PATH_KEY = /\b(?:path|name|file|filename|src)\s*=\s*/gi;
const ATTRIBUTE_VALUE = /"([^"]*)"|'([^']*)'|([^\s"'>]+)/y;
/** Tags that close a block where they end a line. */
const CLOSING_TAGS: ReadonlySet<string> = new Set(['</file>', '</edit>']);
const CLOSING_TAG_CHARACTERS = 7;
/** Markers of a replacement inside an edit block. */
const EDIT_MARKER = /^(\\*)(<{5,9} ?SEARCH|={5,9}|>{5,9} ?REPLACE)(\s*)$/;

/** The first line of a code fence, behind any number of escaping backslashes. */
const FENCE = /^(\s*)(\\*)(`{3,}|~{3,})/;

export interface OpeningTag {
  readonly kind: 'file' | 'edit' | 'delete';
  /** As the model wrote it; not yet checked. */
  readonly path: string;
  readonly selfClosing: boolean;
  /** What stands behind the tag on its line. */
  readonly rest: string;
}

export function findOpeningTag(line: string): OpeningTag | null {
  const [start, kind = ''] = TAG_START.exec(line) ?? [];
  if (start === undefined) return null;
  const end = line.indexOf('>', start.length);
  if (end === -1) return null;
  const selfClosing = end > start.length && line[end - 1] === '/';
  const path = findPathAttribute(line.slice(start.length, selfClosing ? end - 1 : end).trimEnd());
  return path === null
    ? null
    : { kind: kind.toLowerCase() as OpeningTag['kind'], path, selfClosing, rest: line.slice(end + 1) };
}

/** The value of the first attribute that names a path, and has a value. */
function findPathAttribute(attributes: string): string | null {
  for (const { 0: key, index } of attributes.matchAll(PATH_KEY)) {
    ATTRIBUTE_VALUE.lastIndex = index + key.length;
    const [value, ...quoted] = ATTRIBUTE_VALUE.exec(attributes) ?? [];
    if (value !== undefined) return quoted.find((text) => text !== undefined) ?? value;
  }
  return null;
}

interface ClosedLine {
  readonly before: string;
  /** Backslashes between `before` and the tag. */
  readonly slashes: number;
  readonly tag: string;
  /** White space behind the tag. */
  readonly space: string;
}

/** Takes apart a line that ends with a closing tag; null for any other. */
function splitClosingTag(line: string): ClosedLine | null {
  const end = line.trimEnd().length;
  const tagAt = end - CLOSING_TAG_CHARACTERS;
  if (tagAt < 0) return null;
  const tag = line.slice(tagAt, end);
  if (!CLOSING_TAGS.has(tag.toLowerCase())) return null;
  const slashes = countTrailingBackslashes(line, tagAt);
  return { before: line.slice(0, tagAt - slashes), slashes, tag, space: line.slice(end) };
}

/** How many backslashes stand before the position `end`. */
function countTrailingBackslashes(text: string, end = text.length): number {
  let start = end;
  while (start > 0 && text[start - 1] === '\\') start -= 1;
  return end - start;
}

/** The line with another number of backslashes before its closing tag, or as it is where it has none. */
function withSlashes(line: string, count: (slashes: number) => number): string {
  const closed = splitClosingTag(line);
  return closed ? closed.before + '\\'.repeat(count(closed.slashes)) + closed.tag + closed.space : line;
}

/**
 * What stands before a closing tag in a line that ends with one, or null when there is none, or it is content. Of the backslashes
 * before it an even number is content that was doubled; one more means that the tag is content too.
 */
export function findClosedTail(line: string): string | null {
  const closed = splitClosingTag(line);
  if (!closed || closed.slashes % 2 === 1) return null;
  return closed.before + '\\'.repeat(closed.slashes / 2);
}

/** One line of content as it has to be written inside a block. */
export function escapeLine(line: string): string {
  const opened = line.replace(
    OPENING_TAG,
    (_, indent: string, slashes: string, tag: string) => `${indent}${slashes}\\${tag}`,
  );
  return withSlashes(opened, (slashes) => 2 * slashes + 1).replace(
    EDIT_MARKER,
    (_, slashes: string, marker: string, space: string) => `${slashes}\\${marker}${space}`,
  );
}

/** The inverse of `escapeLine`. A line without a backslash before a tag comes back as it is. */
export function unescapeLine(line: string): string {
  const opened = line.replace(
    OPENING_TAG,
    (_, indent: string, slashes: string, tag: string) => `${indent}${slashes.slice(1)}${tag}`,
  );
  return withSlashes(opened, (slashes) => Math.floor(slashes / 2)).replace(
    EDIT_MARKER,
    (_, slashes: string, marker: string, space: string) => `${slashes.slice(1)}${marker}${space}`,
  );
}

/** A whole file as a block of the protocol, ending in a newline. Parsing it gives back exactly this path and content. */
export function toFileBlock(path: string, content: string): string {
  const lines = content.split('\n').map(escapeLine);
  const body = mapFirstText(lines, (line) => line.replace(FENCE, '$1$2\\$3')).join('\n');
  return `<file path="${path}">\n${body}${'\\'.repeat(countTrailingBackslashes(body))}</file>\n`;
}

/**
 * The content of a file block from its lines. Models like to wrap a tagged file in a code fence as well: that fence goes, and
 * what a model chatters behind it in a block it never closed.
 *
 * @param closed whether the block had its closing tag
 */
export function toFileContent(path: string, lines: readonly string[], closed: boolean): string {
  const first = lines.find((line) => line.trim() !== '') ?? '';
  const [, , slashes = '', fence = ''] = FENCE.exec(first) ?? [];
  if (slashes !== '') {
    return mapFirstText(lines, (line) =>
      line.replace(FENCE, (_, indent, back, ticks) => indent + back.slice(1) + ticks),
    ).join('\n');
  }
  const language = first.trim().slice(fence.length).trim();
  const wrapped = fence !== '' && (!/\.mdx?$/i.test(path) || /^(?:md|markdown)\b/i.test(language));
  if (!wrapped) return lines.join('\n');
  const last = closed
    ? lines.findLastIndex((line) => line.trim() !== '')
    : lines.findLastIndex((line) => line.trim() === fence);
  const start = lines.indexOf(first);
  const isClosingFence = last > start && lines[last]?.trim() === fence;
  if (!isClosingFence) return closed ? lines.join('\n') : lines.slice(start + 1).join('\n');
  return [...lines.slice(start + 1, last), ''].join('\n');
}

/** Changes the first line that holds more than white space. */
function mapFirstText(lines: readonly string[], change: (line: string) => string): string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  return lines.map((line, index) => (index === first ? change(line) : line));
}
