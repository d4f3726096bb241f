/**
 * The tagged text models answer in. Everything outside a block is talk to the user. `k7q2` is the delimiter of one answer: a word
 * that the prompt chose because it stands in none of the files, so that a block may hold any text at all.
 *
 *     <file-k7q2 path="src/index.js">     a whole file: written, or replaced
 *     console.log('hello');
 *     </file-k7q2>
 *     <edit-k7q2 path="package.json">     one or more replacements in a file that is there already
 *     <<<<<<< SEARCH
 *     "version": "1.0.0"
 *     =======
 *     "version": "1.1.0"
 *     >>>>>>> REPLACE
 *     </edit-k7q2>
 *     <delete-k7q2 path="src/old.js" />
 *
 * A file's content runs from the line after the opening tag to the closing tag, so its last newline is its own. A tag opens only at
 * the start of a line. Models forget the delimiter, too: a plain block is closed by a tag at the start or the end of a line.
 */

type BlockKind = 'file' | 'edit' | 'delete';

/** Tags by which models that learnt another form of answer mean the same. */
const KINDS: Readonly<Record<string, BlockKind>> = {
  file: 'file',
  create_file: 'file',
  write_file: 'file',
  new_file: 'file',
  boltaction: 'file',
  'dyad-write': 'file',
  edit: 'edit',
  edit_file: 'edit',
  replace_in_file: 'edit',
  delete: 'delete',
  delete_file: 'delete',
  'dyad-delete': 'delete',
};
const NAMES =
  'create_file|write_file|new_file|boltAction|dyad-write|edit_file|replace_in_file|delete_file|dyad-delete|file|edit|delete';

/** A tag that begins a line, perhaps as a list item or in bold, up to its attributes. */
const TAG_START = new RegExp(String.raw`^\s*(?:[-*]\s+|\*\*|\x60)?<\s?(${NAMES})(?:-([a-z0-9]{2,16}))?\s`, 'i');
const PATH_KEY = /\b(?:path|filePath|name|file|filename|src)\s*=\s*/gi;
const ATTRIBUTE_VALUE = /"([^"]*)"|'([^']*)'|([^\s"'>]+)/y;
/** A closing tag in every spelling that was seen: `</file>`, `</ file>`, `< /file-k7q2>`, `<\/file>`, `</file path="a.js">`. */
const CLOSING_TAG = new RegExp(
  String.raw`<\s?(?:\\?/|\\)\s?(?:${NAMES})(?:-([a-z0-9]{2,16}))?(?:\s[^<>]{0,200})?(?:>|$)`,
  'gi',
);
/** `<file-k7q2/>`: an opening tag without a path where a closing one was meant. */
const EMPTY_TAG = new RegExp(String.raw`^\s*<(?:${NAMES})(?:-([a-z0-9]{2,16}))?\s?/?>\s*$`, 'i');
/** What may stand behind a closing tag that ends a line. */
const TAIL = /^[\s\x60*.,;:)]*$/;

/** The first line of a code fence. */
const FENCE = /^(\s*)(`{3,}|~{3,})/;

export interface OpeningTag {
  readonly kind: BlockKind;
  /** The word behind the tag's name; null without one. */
  readonly delimiter: string | null;
  /** As the model wrote it; not yet checked. */
  readonly path: string;
  readonly selfClosing: boolean;
  readonly indent: number;
  /** What stands behind the tag on its line. */
  readonly rest: string;
}

export function findOpeningTag(line: string): OpeningTag | null {
  const [start, name = '', delimiter = null] = TAG_START.exec(line) ?? [];
  if (start === undefined) return null;
  const end = line.indexOf('>', start.length);
  if (end === -1) return null;
  const selfClosing = end > start.length && line[end - 1] === '/';
  const path = findPathAttribute(line.slice(start.length, selfClosing ? end - 1 : end).trimEnd());
  const kind = KINDS[name.toLowerCase()];
  if (path === null || kind === undefined) return null;
  const indent = line.length - line.trimStart().length;
  return { kind, delimiter: delimiter?.toLowerCase() ?? null, path, selfClosing, indent, rest: line.slice(end + 1) };
}

/** The value of the first attribute that names a path, and has a value. */
function findPathAttribute(attributes: string): string | null {
  for (const { 0: key, index } of attributes.matchAll(PATH_KEY)) {
    ATTRIBUTE_VALUE.lastIndex = index + key.length;
    const [value, ...quoted] = ATTRIBUTE_VALUE.exec(attributes) ?? [];
    if (value !== undefined) return (quoted.find((text) => text !== undefined) ?? value).replaceAll('&quot;', '"');
  }
  return null;
}

export interface ClosedLine {
  /** Content before the closing tag. */
  readonly before: string;
  /** What stands behind it: no content any more. */
  readonly rest: string;
}

/**
 * Where a line closes a block with a delimiter: wherever its closing tag stands.
 */
export function findClosingTag(line: string, delimiter: string): ClosedLine | null {
  for (const { 0: tag, 1: named, index } of line.matchAll(CLOSING_TAG)) {
    if (named?.toLowerCase() === delimiter)
      return { before: line.slice(0, index), rest: line.slice(index + tag.length) };
  }
  return EMPTY_TAG.exec(line)?.[1]?.toLowerCase() === delimiter ? { before: '', rest: '' } : null;
}

/**
 * Where a line closes a block without a delimiter: with a closing tag at its start, whatever follows, before another block, or at
 * its end, unless the line holds the opening tag to it (`<file>icons/a.png</file>` is content of some XML).
 */
export function findPlainClosingTag(line: string): ClosedLine | null {
  const tags = [...line.matchAll(CLOSING_TAG)];
  const [first] = tags;
  if (first === undefined) return EMPTY_TAG.test(line) ? { before: '', rest: '' } : null;
  if (line.slice(0, first.index).trim() === '') return { before: '', rest: line.slice(first.index + first[0].length) };
  if (findOpeningTag(line.slice(first.index + first[0].length)) !== null) {
    return { before: line.slice(0, first.index), rest: line.slice(first.index + first[0].length) };
  }
  const last = tags.at(-1)!;
  const before = line.slice(0, last.index);
  const rest = line.slice(last.index + last[0].length);
  if (!TAIL.test(rest) || before.endsWith('\\') || /<(?:file|edit|delete)\b/i.test(before)) return null;
  return { before, rest };
}

/** A whole file as a block of the protocol, ending in a newline. Parsing it gives back exactly this path and content. */
export function toFileBlock(path: string, content: string, delimiter: string): string {
  const name = `file-${delimiter}`;
  return `<${name} path="${path.replaceAll('"', '&quot;')}">\n${content}</${name}>\n`;
}

export interface FenceLine {
  readonly indent: number;
  readonly marker: string;
  /** What stands behind the marker. */
  readonly info: string;
}

/** Reads the first line of a code fence; null for any other line. A backtick behind the marker makes it inline code. */
export function findFence(line: string): FenceLine | null {
  const [start, indent = '', marker = ''] = FENCE.exec(line) ?? [];
  if (start === undefined || line.includes('`', start.length)) return null;
  return { indent: indent.length, marker, info: line.slice(start.length).trim() };
}

export function isMarkdownPath(path: string): boolean {
  return /\.(?:md|mdx|markdown)$/i.test(path);
}

/**
 * The content of a plain file block from its lines. Models like to wrap a tagged file in a code fence as well: that fence goes, and
 * what a model chatters behind it in a block it never closed.
 *
 * @param closed whether the block had its closing tag
 */
export function unwrapFence(path: string, lines: readonly string[], closed: boolean): readonly string[] {
  const start = lines.findIndex((line) => line.trim() !== '');
  const fence = findFence(lines[start] ?? '');
  if (fence === null || (isMarkdownPath(path) && !/^(?:md|markdown)\b/i.test(fence.info))) return lines;
  const isFenceEnd = (line: string) => line.trim() === fence.marker;
  const last = closed ? lines.findLastIndex((line) => line.trim() !== '') : lines.findLastIndex(isFenceEnd);
  if (last > start && isFenceEnd(lines[last]!)) return [...lines.slice(start + 1, last), ''];
  return closed ? lines : lines.slice(start + 1);
}
