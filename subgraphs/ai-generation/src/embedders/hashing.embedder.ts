import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Embedder } from './embedder.ts';

const DIMENSIONS = 768;
const GRAM = 4;
/** What is read of one text. */
const MAX_CHARACTERS = 8_192;
/** Characters after which others have their turn: a few milliseconds of work. */
export const CHARACTERS_PER_TURN = 8_192;

/** Kinds of features, with the weight of each: whole words count most, and their pieces find other forms of a word. */
const WEIGHTS = { word: 1, pair: 0.5, gram: 0.35 };

/**
 * Embeds without a model, by feature hashing: words, pairs of words and the character n-grams of words go to signed buckets, each
 * counted sublinearly. It compares wording, not meaning: 'tiny web server' is near 'small web server', 'film' is far from 'movie'.
 * It runs in the process of the caller, and yields to the event loop while it works through many texts.
 * Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009.
 */
export function createHashingEmbedder(): Embedder {
  return {
    id: `hashing-2-${DIMENSIONS}`,
    async embed(texts, signal) {
      signal?.throwIfAborted();
      const vectors: number[][] = [];
      let characters = 0;
      for (const text of texts) {
        if (characters >= CHARACTERS_PER_TURN) {
          await nextTurn();
          signal?.throwIfAborted();
          characters = 0;
        }
        const read = text.slice(0, MAX_CHARACTERS);
        vectors.push(embed(read));
        characters += read.length;
      }
      return vectors;
    },
  };
}

function embed(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [feature, { count, weight }] of countFeatures(text)) {
    const hash = toHash(feature);
    // The lowest bit is the sign, and the others choose the bucket.
    const bucket = (hash >>> 1) % DIMENSIONS;
    const value = weight * (1 + Math.log(count));
    vector[bucket] = vector[bucket]! + (hash & 1 ? value : -value);
  }
  const length = Math.hypot(...vector);
  // A text without a telling word still needs a direction: the cosine with a vector of length zero is not a number.
  if (length === 0) vector[0] = 1;
  return vector.map((value) => value / (length || 1));
}

/** FNV-1a over UTF-16 units, finished by the mixing step of MurmurHash3, which spreads each unit over all bits. */
function toHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function countFeatures(text: string): Map<string, { count: number; weight: number }> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !STOP_WORDS.has(word)).map(toStem);
  const features = new Map<string, { count: number; weight: number }>();
  const add = (kind: keyof typeof WEIGHTS, value: string) => {
    const feature = `${kind} ${value}`;
    features.set(feature, { count: (features.get(feature)?.count ?? 0) + 1, weight: WEIGHTS[kind] });
  };
  for (const [index, word] of telling.entries()) {
    add('word', word);
    const next = telling[index + 1];
    if (next) add('pair', `${word} ${next}`);
    const padded = [...`^${word}$`];
    for (let at = 0; at + GRAM <= padded.length; at += 1) add('gram', padded.slice(at, at + GRAM).join(''));
  }
  // A text of nothing but stop words has a direction too.
  if (features.size === 0) features.set(text, { count: 1, weight: 1 });
  return features;
}

/** Without the commonest English endings: 'greets', 'greeting' and 'greeted' are all 'greet'. */
function toStem(word: string): string {
  return word
    .replace(/(?<=\p{L}{2})ies$/u, 'y')
    .replace(/(?<=\p{L}{2}[^su])s$/u, '')
    .replace(/(?<=\p{L}{3})(?:ing|ed|er)$/u, '')
    .replace(/(?<=\p{L}{3})e$/u, '')
    .replace(/([bdgmnprt])\1$/, '$1');
}

const STOP_WORDS = new Set(
  `a an and any are as at be but by can could do does for from give has have how i in into is it its like make me my need of on or
  please so some something than that the their them these they this to us use using want was we what when where which will with
  would write you your`.split(/\s+/),
);
