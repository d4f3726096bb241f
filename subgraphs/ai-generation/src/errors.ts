import { AppError, UnavailableError } from '@vibecode/platform/errors';

/** The provider of a model could not be reached, refused, or went silent. `details.model` and `details.provider` say which. */
export class ModelUnavailableError extends UnavailableError {
  constructor(model: { readonly id: string; readonly provider: string }, reason: string, cause?: unknown) {
    super(
      'GENERATION_MODEL_UNAVAILABLE',
      `The model '${model.id}' of ${model.provider} cannot be used now: ${reason}`,
      {
        details: { model: model.id, provider: model.provider },
        cause,
      },
    );
  }
}

/** What turns texts into vectors could not be reached, refused, or went silent. `details.embedder` says which. */
export class EmbedderUnavailableError extends UnavailableError {
  constructor(embedder: string, reason: string, cause?: unknown) {
    super('GENERATION_EMBEDDER_UNAVAILABLE', `The embedder '${embedder}' cannot be used now: ${reason}`, {
      details: { embedder },
      cause,
    });
  }
}

/** The queue holds as many generations as it may, in all or of this user. Retrying later helps. */
export class QueueFullError extends UnavailableError {
  constructor(whose: 'system' | 'user', limit: number) {
    super(
      'GENERATION_QUEUE_FULL',
      whose === 'user'
        ? `You already have ${limit} generations waiting, which is the most a user may have. Let one finish, or cancel one.`
        : `${limit} generations are waiting already, which is the most there may be. Try again in a while.`,
      { details: { whose, limit } },
    );
  }
}

/** What ends a generation as FAILED: the code and message are the generation's `error`. */
export class GenerationFailure extends AppError {}
