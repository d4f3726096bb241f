import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, ConflictError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, beside those that every service may answer with. @public the catalogue is made of them */
export const GENERATION_ERRORS = defineErrors({
  200: {
    GENERATION_ANSWER_INVALID:
      'The answer of the model cannot be used, so nothing was written. Start the generation again, or choose another model.',
    GENERATION_FILTERED:
      'The provider withheld the answer, or a part of it, by its content rules, so nothing was written. Say it in other words.',
    GENERATION_INTERRUPTED: 'The server stopped while the model answered. Start the generation again.',
    GENERATION_NO_FILES: 'The model answered without a file. Say more precisely what to make, or choose another model.',
    GENERATION_NOTHING_FITS:
      'No blueprint fits the request or the project, so nothing was written. Choose a language model, or ask for what `searchTemplates` finds.',
    GENERATION_PATHS_LOCKED:
      'The answer would change locked paths only, so nothing was written. Unlock them, or ask for other changes.',
    GENERATION_REVIEW_EXPIRED:
      'Nobody accepted the changes in time, so nothing was written. Start the generation again.',
    GENERATION_REQUEST_REFUSED:
      'The provider refused the request itself. The message holds its words: change the prompt or `maxTokens`, or choose another model.',
    GENERATION_TRUNCATED:
      'The answer reached its token limit, so nothing of it was written. Continue it by a generation with this one as `parentId`, which keeps its whole files; raise `maxTokens`; or ask for less.',
  },
  400: {
    GENERATION_CONTEXT_EXCEEDED:
      "The prompt does not fit into the model's context. `exceededBy` says by how many tokens, where that is known: shorten the prompt, or choose another model.",
    GENERATION_IMAGES_UNSUPPORTED:
      'The model does not see images. Choose one that does (`known`), or leave the images out.',
    GENERATION_TEMPLATE_PATH_INVALID:
      'The path of a file of the template is not valid, or conflicts with another path (`problem`). Use another path.',
  },
  409: {
    GENERATION_CONFLICT:
      'The accepted changes do not fit the project any more (`conflicts`: path and problem of each file). They wait as before: accept the other files, or reject them.',
    GENERATION_NOT_IN_REVIEW:
      'The generation does not wait for a review (`status`), or was accepted with other paths. Read it again.',
    GENERATION_TEMPLATE_LIMIT: 'The user has the maximum number of templates. Delete one.',
  },
  413: {
    GENERATION_TEMPLATE_TOO_LARGE: 'The template exceeds a limit (`limit`, `most`, `actual`). Leave files out.',
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

interface ModelIdentity {
  readonly id: string;
  readonly provider: string;
}

/** The provider of a model could not be reached, refused, or went silent. `details.model` and `details.provider` say which. */
export class ModelUnavailableError extends UnavailableError {
  /** How long to wait before the same request may succeed, in milliseconds; null when repeating it is of no use. */
  readonly retryAfterMs: number | null;
  /** Whether it counts against the model: an overload or a fault of its server does, a limit on requests does not. */
  readonly countsAsFault: boolean;

  constructor(
    model: ModelIdentity,
    reason: string,
    {
      cause,
      retryAfterMs = null,
      countsAsFault = true,
    }: { readonly cause?: unknown; readonly retryAfterMs?: number | null; readonly countsAsFault?: boolean } = {},
  ) {
    super(
      'GENERATION_MODEL_UNAVAILABLE',
      `The model '${model.id}' of ${model.provider} cannot be used now: ${reason}`,
      {
        details: { model: model.id, provider: model.provider },
        cause,
      },
    );
    this.retryAfterMs = retryAfterMs;
    this.countsAsFault = countsAsFault;
  }
}

/** The model was not asked, because it has failed too often lately. */
export class ModelPausedError extends ModelUnavailableError {
  constructor(model: ModelIdentity, faults: number, waitMs: number) {
    const seconds = Math.ceil(waitMs / 1_000);
    super(model, `it failed ${faults} times in a row; it will be asked again in ${seconds} seconds.`, {
      countsAsFault: false,
    });
  }
}

/** The provider answered that the request itself is at fault: the model works, and asking it again changes nothing. */
export class ModelRefusedError extends AppError {
  constructor(model: ModelIdentity, words: string, cause?: unknown) {
    super('GENERATION_REQUEST_REFUSED', `The model '${model.id}' of ${model.provider} refused the request: ${words}`, {
      details: { model: model.id, provider: model.provider },
      cause,
    });
  }
}

/** The request has images, and the model does not see any. `details.known` has the models that do. */
export class ImagesUnsupportedError extends AppError {
  constructor(model: ModelIdentity, known: readonly string[]) {
    const others = known.map((id) => `'${id}'`).join(', ');
    super(
      'GENERATION_IMAGES_UNSUPPORTED',
      `The model '${model.id}' does not see images. ${others === '' ? 'No model that is configured does' : `Choose one that does: ${others}`}, or leave the images out.`,
      { details: { field: 'images', model: model.id, known } },
    );
  }
}

/** Tokens of a prompt beside those of a model's context; null where nobody says. */
export interface ContextSize {
  readonly promptTokens: number | null;
  readonly contextTokens: number | null;
}

/** The prompt is over the model's context. `details.exceededBy` says by how many tokens; null when that is not known. */
export class ContextExceededError extends AppError {
  constructor(model: ModelIdentity, { promptTokens, contextTokens }: ContextSize, words: string | null = null) {
    const exceededBy = promptTokens !== null && contextTokens !== null ? promptTokens - contextTokens : null;
    const size = contextTokens === null ? 'the context' : `the context of ${contextTokens} tokens`;
    super(
      'GENERATION_CONTEXT_EXCEEDED',
      `The prompt does not fit into ${size} of the model '${model.id}'${
        exceededBy !== null && exceededBy > 0 ? `: it is ${exceededBy} tokens too long` : ''
      }. Shorten it, or choose another model.${words === null ? '' : ` The provider said: ${words}`}`,
      {
        details: {
          field: 'prompt',
          model: model.id,
          provider: model.provider,
          promptTokens,
          contextTokens,
          exceededBy,
        },
      },
    );
  }
}

/** The provider withheld an answer by its content rules. */
export class AnswerFilteredError extends AppError {
  constructor(model: ModelIdentity, words: string) {
    super('GENERATION_FILTERED', `The provider of the model '${model.id}' withheld its answer: ${words}`, {
      details: { model: model.id, provider: model.provider },
    });
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

/** Why the project refused changes that were accepted. */
export interface ReviewRefusal {
  /** The project's code. */
  readonly code: string;
  readonly message: string;
  /** Empty where it is about all files together, such as a limit. */
  readonly conflicts: readonly { readonly path: string; readonly problem: string }[];
}

/** Accepted changes do not fit the project any more. They wait as before. */
export class ReviewConflictError extends ConflictError {
  constructor({ code, message, conflicts }: ReviewRefusal) {
    super('GENERATION_CONFLICT', `The changes wait as before, because the project refused them: ${message}`, {
      details: { reason: code, conflicts },
    });
  }
}

/** A path of a user's template. `details.field` is its position in the input. */
export class TemplatePathError extends AppError {
  constructor(field: string, path: string, problem: string) {
    const quoted = path.length > 100 ? `${path.slice(0, 100)}…` : path;
    super('GENERATION_TEMPLATE_PATH_INVALID', `${field}: the path '${quoted}' ${problem}.`, {
      details: { field, path: path.slice(0, 1_000), problem },
    });
  }
}

/** The generation has nothing to accept or reject, or not any more. */
export class NotInReviewError extends ConflictError {
  constructor(id: string, status: string) {
    super(
      'GENERATION_NOT_IN_REVIEW',
      `The generation is ${status} and has no changes to accept or reject: they were accepted, rejected, or applied at once.`,
      { details: { generationId: id, status } },
    );
  }
}

/** A user's template exceeds a limit. `details` has the limit's name, the limit and the actual value. */
export class TemplateTooLargeError extends AppError {
  constructor(field: string, limit: string, most: number, actual: number) {
    super(
      'GENERATION_TEMPLATE_TOO_LARGE',
      `${field}: the template has ${actual} ${limit}; at most ${most} are allowed.`,
      { details: { field, limit, most, actual } },
    );
  }
}

/** The user has as many templates as one may have. */
export class TemplateLimitError extends ConflictError {
  constructor(limit: number) {
    super('GENERATION_TEMPLATE_LIMIT', `You have ${limit} templates, which is the maximum. Delete one first.`, {
      details: { limit },
    });
  }
}

/** What ends a generation as FAILED: the code and message are the generation's `error`. */
export class GenerationFailure extends AppError {}
