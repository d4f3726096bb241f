import type { Logger } from '@vibecode/platform/log';

export interface SourceContext {
  /** Takes a newer supergraph. Never throws: who gets it decides whether to take it over. */
  readonly onChange: (sdl: string) => void;
  readonly log: Logger;
}

/** A source that has delivered its first supergraph and goes on looking for newer ones until it is disposed. */
export interface StartedSource extends AsyncDisposable {
  readonly sdl: string;
}

/** Where the supergraph comes from. One that cannot deliver a newer supergraph says so in the log, and goes on trying. */
export interface SupergraphSource {
  /** @throws AppError when it cannot deliver the first supergraph */
  start(context: SourceContext): Promise<StartedSource>;
}

/** A text that never changes. */
export function fixedSource(sdl: string): SupergraphSource {
  return { start: async () => ({ sdl, [Symbol.asyncDispose]: async () => undefined }) };
}
