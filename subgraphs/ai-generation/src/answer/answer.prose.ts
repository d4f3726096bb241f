/** Files whose content is sentences: there, talk behind the content cannot be told from it. */
const PROSE_FILE = /\.(?:md|mdx|markdown|txt|rst|adoc|tex|html?)$/i;
/** A sentence as a model talks: it begins like one, and ends like one. */
const BEGINNING = /^[\s>*_#-]{0,8}["'“(]?[\p{Lu}\d]/u;
const ENDING = /[.:!?…)"”*`]$/;
/** What sentences do not hold, once what they quote is taken out. */
const CODE = /[{}<>;=\\|]|\(\)|=>|::|^\s*(?:import|from|export|const|let|var|def|class|function|return|if|for|while)\b/;

/**
 * Leaves out the paragraphs of talk at the end of a block that was never closed.
 *
 * @returns the lines of the file, and whether anything was left out
 */
export function withoutTrailingProse(
  path: string,
  lines: readonly string[],
): { readonly lines: readonly string[]; readonly isCut: boolean } {
  if (PROSE_FILE.test(path)) return { lines, isCut: false };
  let end = lines.length;
  for (let at = lines.length; at > 0; ) {
    const paragraph = findLastParagraph(lines, at);
    if (paragraph === null || paragraph.start === 0 || !lines.slice(paragraph.start, paragraph.end).every(isSentence))
      break;
    end = paragraph.start;
    at = paragraph.start;
  }
  if (end === lines.length) return { lines, isCut: false };
  while (end > 0 && lines[end - 1]!.trim() === '') end -= 1;
  return { lines: [...lines.slice(0, end), ''], isCut: true };
}

/** The lines between two blank ones, before a position. */
function findLastParagraph(lines: readonly string[], before: number): { start: number; end: number } | null {
  let end = before;
  while (end > 0 && lines[end - 1]!.trim() === '') end -= 1;
  if (end === 0) return null;
  let start = end;
  while (start > 0 && lines[start - 1]!.trim() !== '') start -= 1;
  return { start, end };
}

function isSentence(line: string): boolean {
  const text = line.trim().replace(/`[^`]*`/g, 'code');
  const words = text.split(/\s+/).filter((word) => /\p{L}{2}/u.test(word));
  return words.length >= 3 && BEGINNING.test(text) && ENDING.test(text) && !CODE.test(text);
}
