import type { Logger } from '@vibecode/platform/log';
import { Outage } from '@vibecode/platform/outage';
import { EmbedderUnavailableError } from '../errors.ts';
import type { Embedder } from './embedder.ts';

export interface EmbedderGuardOptions {
  readonly log: Logger;
  /** False for an embedder that nobody asked for by name: its absence is normal, and logged as information. Default true. */
  readonly wanted?: boolean;
  /** The longest that a search waits for the vector of its query. Default 5,000. */
  readonly queryTimeoutMs?: number;
  /** How long searches do without the embedder after a failure. Default 15,000. */
  readonly pauseMs?: number;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
}

/** An embedder that may be away for a while: searches do not wait for it, and each outage is logged once, at its start and its end. */
export class GuardedEmbedder implements Embedder {
  readonly id: string;
  readonly #embedder: Embedder;
  readonly #options: Required<Pick<EmbedderGuardOptions, 'queryTimeoutMs' | 'pauseMs' | 'now'>>;
  readonly #outage: Outage;
  #retryAtMs = 0;

  constructor(
    embedder: Embedder,
    {
      log,
      wanted = true,
      queryTimeoutMs = 5_000,
      pauseMs = 15_000,
      now = () => performance.now(),
    }: EmbedderGuardOptions,
  ) {
    this.id = embedder.id;
    this.#embedder = embedder;
    this.#options = { queryTimeoutMs, pauseMs, now };
    const meaning = 'templates are searched by older vectors or by words until this embedder answers';
    this.#outage = new Outage({
      log,
      begins: { action: 'embedder.away', message: wanted ? meaning : undefined },
      ends: { action: 'embedder.back' },
      fields: { embedder: embedder.id },
      isExpected: !wanted,
    });
  }

  /** For work that can wait. A batch may be too large for a slow model, so its failure does not count as an outage. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]> {
    return this.#embedder.embed(texts, signal);
  }

  /**
   * The vector of a query.
   *
   * @throws EmbedderUnavailableError after a failure or `queryTimeoutMs`, and at once for `pauseMs` after that
   */
  async embedQuery(text: string, signal: AbortSignal): Promise<number[]> {
    const { now, pauseMs, queryTimeoutMs } = this.#options;
    if (this.#outage.isOn) {
      if (now() < this.#retryAtMs)
        throw new EmbedderUnavailableError(this.id, `it failed less than ${pauseMs / 1_000} seconds ago`);
      // This call finds out whether it is back; until then others go on without it.
      this.#retryAtMs = now() + pauseMs;
    }
    const timeout = AbortSignal.timeout(queryTimeoutMs);
    try {
      const vector = await this.#embedOne(text, AbortSignal.any([signal, timeout]));
      this.#outage.succeed();
      return vector;
    } catch (error) {
      signal.throwIfAborted();
      const failure = timeout.aborted
        ? new EmbedderUnavailableError(this.id, `no answer within ${queryTimeoutMs} ms`, error)
        : error;
      this.#setAway(failure);
      throw failure;
    }
  }

  /** The dimensions that the model answers with now, asked of it even during a pause; null while it is away. */
  async probe(signal: AbortSignal): Promise<number | null> {
    try {
      const { length } = await this.#embedOne('probe', signal);
      this.#outage.succeed();
      return length;
    } catch (error) {
      signal.throwIfAborted();
      this.#setAway(error);
      return null;
    }
  }

  async #embedOne(text: string, signal: AbortSignal): Promise<number[]> {
    const [vector] = await this.#embedder.embed([text], signal);
    if (!vector?.length) throw new EmbedderUnavailableError(this.id, 'it answered without a vector');
    return vector;
  }

  #setAway(error: unknown): void {
    const { now, pauseMs } = this.#options;
    this.#retryAtMs = now() + pauseMs;
    this.#outage.fail(error);
  }
}
