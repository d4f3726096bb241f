const LETTERS = { æ: 'ae', ø: 'o', ß: 'ss', đ: 'd', ł: 'l', œ: 'oe', þ: 'th' };

/**
 * Turns text into lower-case ASCII words with a separator between them, for URLs and file names.
 *
 * @param {string} text
 * @param {{ separator?: string, maxLength?: number }} [options] `maxLength` cuts between words, unless the first is longer
 */
export function slugify(text, { separator = '-', maxLength = Infinity } = {}) {
  const words = text
    .toLowerCase()
    .replace(/[æøßđłœþ]/g, (letter) => LETTERS[letter])
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .match(/[a-z0-9]+/g);
  if (!words) return '';
  let slug = words[0].slice(0, maxLength);
  for (const word of words.slice(1)) {
    if (slug.length + separator.length + word.length > maxLength) break;
    slug += separator + word;
  }
  return slug;
}
