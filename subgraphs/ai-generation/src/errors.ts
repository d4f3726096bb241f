import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, beside those that every service may answer with. @public the catalogue is made of them */
export const GENERATION_ERRORS = defineErrors({
  200: {
    GENERATION_ANSWER_INVALID:
      'The answer of the model cannot be used, so nothing was written. Start the generation again, or choose another model.',
    GENERATION_INTERRUPTED: 'The server stopped while the model answered. Start the generation again.',
    GENERATION_NO_FILES: 'The model answered without a file. Say more precisely what to make, or choose another model.',
    GENERATION_TRUNCATED:
      'The answer reached its token limit, so nothing was written. Raise `maxTokens`, or ask for less.',
  },
  500: {
    GENERATION_TEMPLATE_INVALID:
      'A template directory cannot be used. `file` and `problems` tell the operator what to mend.',
  },
  503: {
    GENERATION_EMBEDDER_UNAVAILABLE: 'The embedder cannot be reached, refuses, or went silent. Try again later.',
    GENERATION_MODEL_UNAVAILABLE:
      'The provider of the model cannot be reached, refuses, or went silent. Try again later, or choose another model.',
    GENERATION_QUEUE_FULL: 'Too many generations wait, of this user or of all. Let one finish, or cancel one.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof GENERATION_ERRORS> {}
}

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
