/** The mark that a comment begins with, or the bracket that stands in its place in JSON and prose. */
const COMMENT = /^(?:\/{2,3}|#{1,3}|--|;+|%+|\/\*{1,2}|<!--|\{\/\*|\*|\(\*|\[|\()[ \t]*/;
// bounded input: a line of at most 160 characters.
const ENDS_COMMENT = /[ \t]*(?:\*\/\}?|-->|\*\)|\]|\))?$/;
const PARTS =
  'code|file|content|contents|functions?|methods?|class|classes|component|components|styles?|rules?|implementation|logic|imports?|routes?|handlers?|fields?|properties|tests?|lines?|markup|script|configuration|items?|entries';
const ELLIPSIS = /\.\.\.|…/;
/** `... existing code ...` */
const AFTER_ELLIPSIS =
  /\b(?:rest|remaining|remainder|existing|unchanged|previous|other|same|before|above|below|omitted|original|continues?|more|keep|code|here)\b/i;
/** `rest of the methods ...`, `other imports …` */
const BEFORE_ELLIPSIS = new RegExp(
  `^(?:the |your |all |keep )?(?:rest of (?:the |your )?|remaining |existing |other |previous |original )(?:\\w{1,20} )?(?:${PARTS})\\b`,
  'i',
);
/** What says without an ellipsis that something is missing. */
// bounded input: the same.
const FOR_CERTAIN = new RegExp(
  [
    `\\brest of (?:the|your|this) (?:\\w{1,20} )?(?:${PARTS}) (?:remains?|stays?|is|are|goes|unchanged|here|as|omitted|follows)\\b`,
    `^rest of (?:the|your|this) (?:\\w{1,20} )?(?:${PARTS})$`,
    `\\b(?:existing|previous|original|other|remaining) (?:${PARTS}) (?:goes? here|here|remains?|stays?|(?:is |are )?unchanged|as before|omitted)\\b`,
    `\\b(?:${PARTS}|everything else|rest) (?:remains?|stays?) (?:the same|unchanged|as (?:is|before))\\b`,
    '^(?:same|unchanged|as) (?:as )?(?:before|above)$',
    '\\bomitted for brevity\\b',
    '\\byour existing code\\b',
    '^(?:unchanged|no changes?)$',
  ].join('|'),
  'i',
);
const MOST_CHARACTERS = 160;

/**
 * The first line that stands for something a model did not write: `// … rest of the code unchanged …`. A line that the file has
 * already is its own.
 *
 * @param present what the file holds now; empty for a new one
 */
export function findPlaceholderLine(content: string, present: string): string | null {
  const known = new Set<string>();
  for (const line of content.split('\n')) {
    if (!isPlaceholder(line)) continue;
    if (known.size === 0) for (const own of present.split('\n')) known.add(own.trim());
    if (!known.has(line.trim())) return line.trim();
  }
  return null;
}

function isPlaceholder(line: string): boolean {
  const trimmed = line.trim();
  if (trimmed.length === 0 || trimmed.length > MOST_CHARACTERS) return false;
  const mark = COMMENT.exec(trimmed)?.[0] ?? '';
  const text = trimmed.slice(mark.length).replace(ENDS_COMMENT, '').trim();
  const ellipsis = ELLIPSIS.exec(text);
  if (ellipsis?.index === 0) {
    const said = text.slice(ellipsis[0].length).replace(ELLIPSIS, '').trim();
    // A bare '...' is a statement of Python, and arguments that are spread begin like this.
    return mark === ''
      ? /^[ ([]/.test(text.slice(ellipsis[0].length)) && AFTER_ELLIPSIS.test(said)
      : said === '' || AFTER_ELLIPSIS.test(said);
  }
  if (mark === '') return false;
  // bounded input: the same.
  return FOR_CERTAIN.test(text.replace(/[.!…]+$/, '')) || (ellipsis !== null && BEFORE_ELLIPSIS.test(text));
}
