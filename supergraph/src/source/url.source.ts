import { AppError } from '@vibecode/platform/errors';
import type { SupergraphSource } from './supergraph.source.ts';

const TIMEOUT_MS = 30_000;

export interface UrlSourceOptions {
  /** Tried in this order, each time. */
  readonly urls: readonly string[];
  /** Time between looks for a newer one. Left out: it is fetched once, as Apollo Router does. */
  readonly pollIntervalMs?: number;
}

/** A supergraph served over HTTP: the first URL that answers. */
export function urlSource({ urls, pollIntervalMs }: UrlSourceOptions): SupergraphSource {
  /** @throws AppError when no URL answers */
  async function download(stop: AbortSignal): Promise<string> {
    const reasons: string[] = [];
    for (const url of urls) {
      try {
        const answer = await fetch(url, { signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]) });
        if (answer.ok) return await answer.text();
        reasons.push(`${withoutSecrets(url)} answered ${answer.status}`);
      } catch (error) {
        stop.throwIfAborted();
        const { message, cause } = error as Error;
        reasons.push(`${withoutSecrets(url)}: ${(cause as NodeJS.ErrnoException | undefined)?.code ?? message}`);
      }
    }
    throw new AppError('GATEWAY_SUPERGRAPH_UNREADABLE', `No URL delivers the supergraph: ${reasons.join('; ')}.`);
  }

  return {
    async start({ onChange, log }) {
      const stopped = new AbortController();
      const sdl = await download(stopped.signal);
      let last = sdl;
      let timer: NodeJS.Timeout | undefined;
      const poll = async (): Promise<void> => {
        try {
          const next = await download(stopped.signal);
          if (next !== last) onChange(next);
          last = next;
        } catch (error) {
          if (stopped.signal.aborted) return;
          log.error({ action: 'supergraph.unreadable', error }, 'The old supergraph goes on.');
        }
        timer = setTimeout(poll, pollIntervalMs);
      };
      if (pollIntervalMs !== undefined) timer = setTimeout(poll, pollIntervalMs);
      return {
        sdl,
        async [Symbol.asyncDispose]() {
          stopped.abort();
          clearTimeout(timer);
        },
      };
    },
  };
}

/** What may stand in a log: operators put tokens into such URLs. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
