/** Turns texts into vectors whose cosine tells how similar the texts are. */
export interface Embedder {
  /**
   * Names the model: vectors of different ids never compare. Stored with each vector, together with its dimensions, which are
   * those that the model answers with.
   */
  readonly id: string;
  /**
   * One vector of unit length for each text, in order; all of the same dimensions. A text that is longer than the model reads is
   * cut.
   *
   * @throws the signal's reason once it aborts
   * @throws EmbedderUnavailableError if the model cannot be reached, refuses, or does not answer in time
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}
