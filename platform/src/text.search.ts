/** The engine's own search takes at most this many steps a character for search texts that are no longer, and is faster. */
const SHORT_CHARACTERS = 64;

/**
 * `text.indexOf(search, from)` in linear time, whatever the texts. The engine's own search is quadratic for some: two thousand
 * `a` around a `b`, looked for in a file of `a`.
 *
 * Source: Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977.
 *
 * @param from where to begin, in UTF-16 units; default 0
 * @returns -1 when it does not occur
 */
export function indexOfText(text: string, search: string, from = 0): number {
  if (search.length <= SHORT_CHARACTERS) return text.indexOf(search, from);
  const borders = findBorders(search);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && search.charCodeAt(matched) !== unit) matched = borders[matched - 1]!;
    if (search.charCodeAt(matched) === unit) matched += 1;
    if (matched === search.length) return at - matched + 1;
  }
  return -1;
}

/** For each beginning of the text, the length of its longest other beginning that it also ends with. */
function findBorders(text: string): Uint32Array {
  const borders = new Uint32Array(text.length);
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (length > 0 && text.charCodeAt(length) !== unit) length = borders[length - 1]!;
    if (text.charCodeAt(length) === unit) length += 1;
    borders[at] = length;
  }
  return borders;
}
