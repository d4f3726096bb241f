import { createHash } from 'node:crypto';

const LETTERS = 'bcdfghjkmnpqrstvwxz';
const DIGITS = '23456789';

/**
 * The word behind the tags of one answer: a block that only `</file-k7q2>` ends may hold any text in which that does not stand.
 * Letters and digits take turns, so that it is not a word of any language. The same prompt has the same one.
 *
 * @param texts everything that the model will have read; the word stands in none of it
 */
export function chooseDelimiter(prompt: string, texts: readonly string[]): string {
  for (let attempt = 0; ; attempt += 1) {
    const hash = createHash('sha256').update(`${attempt} ${prompt}`).digest();
    const word = [0, 1, 2, 3].map((at) => pick(at % 2 === 0 ? LETTERS : DIGITS, hash[at]!)).join('');
    if (![prompt, ...texts].some((text) => text.includes(word))) return word;
    // Four characters are easy for a model to repeat; texts that hold very many of them get a longer word.
    if (attempt >= MOST_ATTEMPTS) return `${word}${hash.toString('hex').slice(0, 12)}`;
  }
}

const MOST_ATTEMPTS = 50;

function pick(characters: string, value: number): string {
  return characters[value % characters.length]!;
}
