import { createHash } from 'node:crypto';
import type { Embedder } from './embedder.ts';

const DIMENSIONS = 768;

/**
 * Embeds without a model, by feature hashing: words, pairs of words and the beginnings of words go to signed buckets. It compares
 * wording, not meaning. Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009.
 */
export function createHashingEmbedder(): Embedder {
  return { id: 'feature-hashing-v1', dimensions: DIMENSIONS, embed: async (texts) => texts.map(embed) };
}

function embed(text: string): number[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const vector = new Array<number>(DIMENSIONS).fill(0);
  const add = (feature: string, weight: number) => {
    const hash = createHash('sha256').update(feature).digest();
    const bucket = hash.readUInt32LE(0) % DIMENSIONS;
    vector[bucket] = vector[bucket]! + (hash[4]! & 1 ? weight : -weight);
  };
  for (const [index, word] of words.entries()) {
    if (STOP_WORDS.has(word)) continue;
    add(`word ${word}`, 1);
    // 'greeting', 'greets' and 'greet' share their beginning.
    if (word.length > 4) add(`stem ${word.slice(0, 4)}`, 0.5);
    const next = words[index + 1];
    if (next) add(`pair ${word} ${next}`, 0.5);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

const STOP_WORDS = new Set(
  'a an and are as at be by for from has have i in is it its of on or that the this to was will with'.split(' '),
);
