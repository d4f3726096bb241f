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

/** A tag of the protocol that begins a line, behind any number of escaping backslashes. */
const OPENING_TAG = /^([ \t]*)(\\*)(<(?:file|edit|delete)\s)/i;
/** A closing tag that ends a line, behind any number of escaping backslashes. */
const CLOSING_TAG = /(\\*)(<\/(?:file|edit)>)([ \t]*)$/i;
/** Markers of a replacement inside an edit block. */
const EDIT_MARKER = /^(\\*)(<{5,9} ?SEARCH|={5,9}|>{5,9} ?REPLACE)([ \t]*)$/;

/** One line of content as it has to be written inside a block. */
export function escapeLine(line: string): string {
  return line
    .replace(OPENING_TAG, (_, indent: string, slashes: string, tag: string) => `${indent}${slashes}\\${tag}`)
    .replace(CLOSING_TAG, (_, slashes: string, tag: string, space: string) => `${slashes}\\${tag}${space}`)
    .replace(EDIT_MARKER, (_, slashes: string, marker: string, space: string) => `${slashes}\\${marker}${space}`);
}

/** The inverse of `escapeLine`. A line without a backslash before a tag comes back as it is. */
export function unescapeLine(line: string): string {
  return line
    .replace(OPENING_TAG, (_, indent: string, slashes: string, tag: string) => `${indent}${slashes.slice(1)}${tag}`)
    .replace(CLOSING_TAG, (_, slashes: string, tag: string, space: string) => `${slashes.slice(1)}${tag}${space}`)
    .replace(
      EDIT_MARKER,
      (_, slashes: string, marker: string, space: string) => `${slashes.slice(1)}${marker}${space}`,
    );
}

/** A whole file as a block of the protocol, ending in a newline. Parsing it gives back exactly this path and content. */
export function toFileBlock(path: string, content: string): string {
  const body = content.split('\n').map(escapeLine).join('\n');
  return `<file path="${path}">\n${body}</file>\n`;
}
