import { defineErrors, findStatus, type StatusByCode } from './error.catalogue.ts';

/** The codes that every service may answer with. Those of one service stand in its own `errors.ts`. */
export const PLATFORM_ERRORS = defineErrors({
  400: {
    INVALID_INPUT:
      'An argument has a wrong shape, size or value. `field` names it, and `fields` lists all that are wrong: correct them.',
    STREAM_SEQUENCE_BROKEN:
      'A write would leave a gap in a stream, or overwrite an entry. It is a fault of the writing service: report it.',
  },
  401: {
    UNAUTHENTICATED: 'The request has no valid credentials. `reason` says why: sign in, or renew the token.',
  },
  403: {
    FORBIDDEN: 'The viewer is known and may not do this. Use an account or an API key that may.',
  },
  404: {
    NOT_FOUND: 'What was named does not exist, or the viewer may not see it. Check the id and the account.',
  },
  409: {
    CONFLICT: 'The state is not what the request expects. Read it again, and repeat the request on what is there now.',
    STREAM_EPOCH_STALE: 'Another writer has taken over a stream. The earlier writer has to stop.',
    STREAM_SEALED: 'A stream has ended, and takes no further entry. Start another one.',
  },
  413: {
    PAYLOAD_TOO_LARGE: 'The body of the request is over the size limit. Send less at once.',
  },
  429: {
    RATE_LIMITED:
      'Too many requests or failed attempts came from this user or address. Wait as long as the answer says.',
  },
  500: {
    INTERNAL_ERROR:
      'Something unforeseen happened; the log has all of it under the `requestId`. Report it to the operator.',
  },
  503: {
    SERVICE_UNAVAILABLE: 'A service that this answer needs does not respond. Try again later.',
  },
  507: {
    STORAGE_FULL: 'The disk is full. Reading works; try again once the operator has made room.',
  },
});

/**
 * Every code with its HTTP status. Each package adds the codes of its `errors.ts` by declaration merging, so that a package
 * knows its own codes and those of the packages that it builds on.
 */
export interface ErrorCodes extends StatusByCode<typeof PLATFORM_ERRORS> {}

export type ErrorCode = keyof ErrorCodes;

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
  /** One of `ErrorCode`, or the code of another service that a `RemoteError` passes on. */
  readonly code: string;
  /** HTTP status when the error leaves over plain HTTP rather than in a GraphQL answer. The catalogue has it by the code. */
  readonly status: number;
  readonly details: Record<string, unknown>;

  /**
   * @param code stable and prefixed by its service (`BILLING_QUOTA_EXCEEDED`), or one of the general codes above
   * @param message what was wrong, what was expected, and what to do
   */
  constructor(code: ErrorCode, message: string, { details = {}, cause }: AppErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.status = findStatus(code) ?? 500;
    this.details = details;
  }
}

/** No viewer where one is needed, or a credential that does not verify. `details.reason` says which. */
export class UnauthenticatedError extends AppError {
  constructor(message = 'Sign in first: this needs an access token.', options?: AppErrorOptions) {
    super('UNAUTHENTICATED', message, options);
  }
}

/** The viewer is known and may not do this. Never used to tell that a thing exists: that is `NotFoundError`. */
export class ForbiddenError extends AppError {
  constructor(message: string, options?: AppErrorOptions) {
    super('FORBIDDEN', message, options);
  }
}

/** Missing, or not the viewer's to see: the two are the same from outside. */
export class NotFoundError extends AppError {
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
export class ConflictError extends AppError {}

/** Something this answer needs did not respond. Retrying later may help. */
export class UnavailableError extends AppError {}

/** What another service refused, in its words: its code may be one that no catalogue of this process has. */
export class RemoteError extends AppError {
  constructor(
    code: string,
    message: string,
    override readonly status: number,
    options?: AppErrorOptions,
  ) {
    super(code as ErrorCode, message, options);
  }
}

/**
 * The disk, or the space that was granted on it, is full. Reading goes on; the same request works again once there is room.
 */
export class StorageFullError extends AppError {
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
