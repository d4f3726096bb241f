/** Lines, words and characters as people count them: a letter with its accents is one character. */
export function measure(text) {
  return {
    lines: text === '' ? 0 : text.replace(/\n$/, '').split('\n').length,
    words: toWords(text).length,
    characters: [...text.normalize('NFC')].length,
  };
}

/** The most frequent words with their counts; equal ones in alphabetical order. */
export function findFrequent(text, limit) {
  const counts = new Map();
  for (const word of toWords(text.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, limit);
}

function toWords(text) {
  return text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}
