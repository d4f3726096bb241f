import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import type { QueryVector } from './template.similarity.ts';
import { findSpaces, type SpaceState } from './template.space.ts';

/** Share of the templates that a space has to hold before searches use it. */
const COMPLETE_ENOUGH = 0.9;
/** What tells most of a request stands first. */
const EMBEDDED_CHARACTERS = 4_000;

interface QueryEmbeddingOptions {
  readonly em: EntityManager;
  readonly embedders: EmbedderRegistry;
  readonly log: Logger;
}

/**
 * The query as a vector of the first space that holds enough templates and whose embedder answers: the configured embedders in
 * order, then those of earlier settings, the newest first. Null if there is none: words alone find something too.
 *
 * @throws the signal's reason once it aborts
 */
export async function embedQuery(
  { em, embedders, log }: QueryEmbeddingOptions,
  text: string,
  signal: AbortSignal,
): Promise<QueryVector | null> {
  const complete = (await findSpaces(em)).filter(({ coverage }) => coverage >= COMPLETE_ENOUGH);
  for (const model of toOrder(complete, embedders)) {
    const embedder = embedders.find(model);
    if (!embedder) continue;
    try {
      const embedding = await embedder.embedQuery(text.slice(0, EMBEDDED_CHARACTERS), signal);
      const space = complete.find((each) => each.model === model && each.dimensions === embedding.length);
      if (space) return { space, embedding };
    } catch (error) {
      signal.throwIfAborted();
      // The outage itself is logged once, by the embedder's guard.
      log.debug({ action: 'query.not-embedded', embedder: model, error });
    }
  }
  return null;
}

/** Models of these spaces, each once. */
function toOrder(spaces: readonly SpaceState[], embedders: EmbedderRegistry): Set<string> {
  const models = new Set(spaces.map(({ model }) => model));
  const configured = embedders.configured.map(({ id }) => id).filter((id) => models.has(id));
  return new Set([...configured, ...models]);
}
