/**
 * The errors this system answers with. Code throws an `AppError`; the edge of each process maps it once to the protocol
 * (GraphQL `extensions.code`, HTTP status). Whatever is not an `AppError` is unforeseen: it is logged whole and masked.
 */
export interface AppErrorOptions {
  /** Facts a program can act on; sent to the client beside the code (`extensions`), so no secrets. */
  readonly details?: Record<string, unknown>;
  readonly cause?: unknown;
}

export class AppError extends Error {
  override readonly name: string = 'AppError';
  /** HTTP status when the error leaves over plain HTTP rather than in a GraphQL answer. */
  readonly status: number = 400;
  readonly details: Record<string, unknown>;

  /**
   * @param code stable and prefixed by its service (`BILLING_QUOTA_EXCEEDED`), or one of the general codes below
   * @param message what was wrong, what was expected, and what to do
   */
  constructor(
    readonly code: string,
    message: string,
    { details = {}, cause }: AppErrorOptions = {},
  ) {
    super(message, { cause });
    this.details = details;
  }
}

/** No viewer where one is needed, or a credential that does not verify. `details.reason` says which. */
export class UnauthenticatedError extends AppError {
  override readonly status = 401;
  constructor(message = 'Sign in first: this needs an access token.', options?: AppErrorOptions) {
    super('UNAUTHENTICATED', message, options);
  }
}

/** The viewer is known and may not do this. Never used to tell that a thing exists: that is `NotFoundError`. */
export class ForbiddenError extends AppError {
  override readonly status = 403;
  constructor(message: string, options?: AppErrorOptions) {
    super('FORBIDDEN', message, options);
  }
}

/** Missing, or not the viewer's to see: the two are the same from outside. */
export class NotFoundError extends AppError {
  override readonly status = 404;
  constructor(what: string, id: string) {
    super('NOT_FOUND', `There is no ${what} with the id '${id}' that you may see.`, { details: { what, id } });
  }
}

/**
 * Input of a wrong shape, size or value. `details.field` is the path of the argument, and `details.fields` all that are
 * wrong, each with its message.
 */
export class InvalidInputError extends AppError {
  constructor(field: string, message: string, options: AppErrorOptions = {}) {
    super('INVALID_INPUT', message, {
      ...options,
      details: { field, fields: [{ field, message }], ...options.details },
    });
  }
}

/** The state is not what the caller took it to be; reading again and retrying may help. */
export class ConflictError extends AppError {
  override readonly status = 409;
}

/** Something this answer needs did not respond. Retrying later may help. */
export class UnavailableError extends AppError {
  override readonly status = 503;
}
