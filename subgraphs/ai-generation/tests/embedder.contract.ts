import type { Embedder } from '../src/embedders/embedder.ts';

export type EmbedderUnderTest = { readonly embedder: Embedder } & AsyncDisposable;

function cosine(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

/** What every driver of `Embedder` has to do. */
export function describeEmbedder(name: string, createEmbedder: () => Promise<EmbedderUnderTest>): void {
  describe(`${name} as an embedder`, () => {
    it('gives each text a vector of unit length and of its dimensions, in order', async () => {
      await using test = await createEmbedder();
      const texts = Array.from({ length: 70 }, (_, index) => `a program about the number ${index}`);
      const vectors = await test.embedder.embed(texts);
      expect(vectors).toHaveLength(texts.length);
      for (const vector of vectors) {
        expect(vector).toHaveLength(vectors[0]!.length);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
      }
      const [again] = await test.embedder.embed([texts[42]!]);
      const nearest = vectors.map((vector) => cosine(vector, again!));
      expect(nearest.indexOf(Math.max(...nearest))).toBe(42);
    });

    it('puts what is about the same nearer than what is not', async () => {
      await using test = await createEmbedder();
      const [asked, near, far] = await test.embedder.embed([
        'a todo list with tasks',
        'manage the tasks of a todo list',
        'simulate the weather of a distant planet',
      ]);
      expect(cosine(asked!, near!)).toBeGreaterThan(cosine(asked!, far!));
    });

    it('embeds nothing, an empty text and a very long one', async () => {
      await using test = await createEmbedder();
      expect(await test.embedder.embed([])).toEqual([]);
      for (const vector of await test.embedder.embed(['', 'long text '.repeat(2_000)])) {
        expect(vector.length).toBeGreaterThan(0);
        expect(vector.every(Number.isFinite)).toBe(true);
      }
    });

    it('throws the reason of a signal that has aborted', async () => {
      await using test = await createEmbedder();
      const reason = new Error('not wanted any more');
      await expect(test.embedder.embed(['text'], AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
