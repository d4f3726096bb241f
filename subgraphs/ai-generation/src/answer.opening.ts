import type { Logger } from '@vibecode/platform/log';
import { ModelUnavailableError } from './errors.ts';
import type { ModelGuard } from './models/model.guard.ts';
import type { ListedModel, ModelRegistry } from './models/model.registry.ts';
import type { Model, ModelChunk, ModelRequest } from './models/model.ts';

interface OpeningOptions {
  readonly registry: ModelRegistry;
  readonly askModel: ModelGuard;
  readonly log: Logger;
}

/**
 * The first chunk decides whether a model answers at all; where it does not, the configured fallback is asked.
 *
 * @param needsLanguage whether a blueprint is no fallback: it would answer each part of a request with the same template
 * @throws ModelUnavailableError
 */
export async function openAnswer(
  { registry, askModel, log }: OpeningOptions,
  listed: ListedModel,
  request: ModelRequest,
  { needsLanguage }: { readonly needsLanguage: boolean },
): Promise<{ model: Model; chunks: AsyncIterable<ModelChunk> }> {
  try {
    return { model: listed.model, chunks: await askModel(listed.model, request) };
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) throw error;
    const fallback = await registry.findFallback(listed.model);
    if (!fallback || (request.images?.length && !fallback.seesImages)) throw error;
    if (needsLanguage && fallback.model.provider === 'blueprint') throw error;
    log.warn({ action: 'generation.fallback', model: listed.model.id, fallback: fallback.model.id, error });
    return { model: fallback.model, chunks: await askModel(fallback.model, request) };
  }
}
