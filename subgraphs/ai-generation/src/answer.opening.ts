import type { Logger } from '@vibecode/platform/log';
import type { AnswerChanges } from './answer/answer.changes.ts';
import { answerInRounds } from './answer.rounds.ts';
import { ModelUnavailableError } from './errors.ts';
import type { EventWriter } from './event.writer.ts';
import { answerCall, toToolCalled } from './model.tools.ts';
import type { ModelGuard } from './models/model.guard.ts';
import type { ListedModel, ModelRegistry } from './models/model.registry.ts';
import { CHARACTERS_PER_TOKEN, type Model, type ModelChunk, type ModelRequest } from './models/model.ts';
import { NO_TOOLS, type ToolOffer } from './tool.offer.ts';

export interface OpeningOptions {
  readonly registry: ModelRegistry;
  readonly askModel: ModelGuard;
  readonly log: Logger;
}

/** An answer that has begun. */
export interface OpenedAnswer {
  readonly model: Model;
  readonly chunks: AsyncIterable<ModelChunk>;
  /** What the model that answers may call. */
  readonly offer: ToolOffer;
}

/** The first chunk decides whether a model answers at all; where it does not, the configured fallback is asked. */
export async function openAnswer(
  { registry, askModel, log }: OpeningOptions,
  {
    listed,
    request,
    offer,
    needsLanguage,
  }: {
    readonly listed: ListedModel;
    readonly request: ModelRequest;
    readonly offer: ToolOffer;
    /** Whether a blueprint would be of no use: it answers each step with the same template. */
    readonly needsLanguage: boolean;
  },
): Promise<OpenedAnswer> {
  const ask = async ({ model }: ListedModel, offered: ToolOffer): Promise<OpenedAnswer> => {
    const chunks = await askModel(model, { ...request, tools: offered.tools });
    return { model, chunks, offer: offered };
  };
  try {
    return await ask(listed, offer);
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) throw error;
    const fallback = await registry.findFallback(listed.model);
    if (!fallback || (request.images?.length && !fallback.seesImages)) throw error;
    if (needsLanguage && fallback.model.provider === 'blueprint') throw error;
    log.warn({ action: 'generation.fallback', model: listed.model.id, fallback: fallback.model.id, error });
    return ask(fallback, fallback.callsTools ? offer : NO_TOOLS);
  }
}

/** An opened answer to its end, through all that the model calls on the way; watchers are told of each call. */
export function answerTools(
  { askModel }: Pick<OpeningOptions, 'askModel'>,
  {
    model,
    chunks,
    offer: { tools, roomTokens },
    request,
    changes,
    writer,
  }: OpenedAnswer & {
    readonly request: ModelRequest;
    readonly changes: AnswerChanges;
    readonly writer: EventWriter;
  },
): AsyncIterable<ModelChunk> {
  if (tools.length === 0) return chunks;
  const { messages, maxTokens } = request;
  return answerInRounds({
    ...{ chunks, messages, maxTokens, roomTokens },
    ask: (next) => askModel(model, { ...request, tools, ...next }),
    answer: (call, leftTokens) => {
      const result = answerCall(call, changes, leftTokens * CHARACTERS_PER_TOKEN);
      writer.write(toToolCalled(call, result));
      return result;
    },
  });
}
