/** Turns texts into vectors whose cosine tells how much they are alike. */
export interface Embedder {
  /** Names the vector space: vectors of different ids never compare. Stored with each vector. */
  readonly id: string;
  readonly dimensions: number;
  /** One vector of unit length for each text, in order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}
