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

/**
 * The disk, or the space that was granted on it, is full. Reading goes on; the same request works again once there is room.
 */
export class StorageFullError extends AppError {
  override readonly status = 507;
  constructor(cause: unknown) {
    super(
      'STORAGE_FULL',
      'Nothing can be stored at the moment: the disk is full. Reading works; try again once the operator has made room.',
      { cause },
    );
  }
}

/**
 * Codes that mean a full disk: of `StorageFullError`, also as another service sent it, of the operating system, of PostgreSQL (https://www.postgresql.org/docs/18/errcodes-appendix.html)
 * and of MongoDB (`OutOfDiskSpace`).
 */
const FULL_DISK: ReadonlySet<unknown> = new Set(['STORAGE_FULL', 'ENOSPC', 'EDQUOT', '53100', 14_031]);

/**
 * What an error means to the client: an `AppError` itself, or a failure below that has a code of its own. Drivers wrap what
 * happened in errors of theirs, each in its way.
 *
 * @returns null for what nobody foresaw, which is masked
 */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  return isDiskFull(error) ? new StorageFullError(error) : null;
}

/** Whether a full disk is what made this fail. */
export function isDiskFull(error: unknown): boolean {
  const met = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !met.has(cause); cause = cause.cause) {
    met.add(cause);
    if (FULL_DISK.has((cause as { code?: unknown }).code)) return true;
  }
  return false;
}
