/** Up to this length of the search text, the engine's own search is used: it is faster, and takes at most this many steps per character. */
const SHORT_CHARACTERS = 64;

/**
 * `text.indexOf(search, from)` in linear time for all texts. The engine's own search is quadratic for some of them, such as two
 * thousand `a` around a `b`, searched in a file of `a`.
 *
 * Source: Knuth, Morris and Pratt, "Fast pattern matching in strings", 1977.
 *
 * @param from start position in UTF-16 units; default 0
 * @returns -1 if the search text does not occur
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

/** For each prefix of the text, the length of its longest proper prefix that is also its suffix. */
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
