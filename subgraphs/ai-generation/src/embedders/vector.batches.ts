import { EmbedderUnavailableError } from '../errors.ts';

interface BatchOptions {
  readonly batchSize: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly embedder: { readonly id: string };
}

/**
 * Embeds texts by a remote model, one batch after the other, in order.
 *
 * @throws the signal's reason once it aborts; EmbedderUnavailableError for whatever else goes wrong, a timeout included
 */
export async function embedInBatches(
  texts: readonly string[],
  { batchSize, timeoutMs, signal, embedder }: BatchOptions,
  embedBatch: (batch: readonly string[], signal: AbortSignal) => Promise<number[][]>,
): Promise<number[][]> {
  const vectors: number[][] = [];
  for (let start = 0; start < texts.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = texts.slice(start, start + batchSize);
    const timeout = AbortSignal.timeout(timeoutMs);
    let embedded: number[][];
    try {
      embedded = await embedBatch(batch, signal ? AbortSignal.any([signal, timeout]) : timeout);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : String((error as Error)?.message ?? error);
      throw new EmbedderUnavailableError(embedder.id, reason, error);
    }
    if (embedded.length !== batch.length) {
      throw new EmbedderUnavailableError(
        embedder.id,
        `it answered with ${embedded.length} vectors for ${batch.length} texts`,
      );
    }
    if (!embedded.every((vector) => vector.length > 0 && vector.length === embedded[0]!.length)) {
      throw new EmbedderUnavailableError(
        embedder.id,
        'it answered with vectors that are empty or differ in dimensions',
      );
    }
    vectors.push(...embedded);
  }
  return vectors;
}

/** The same directions with length one, which not every model gives. */
export function toUnitVectors(vectors: readonly (readonly number[])[]): number[][] {
  return vectors.map((vector) => {
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  });
}
