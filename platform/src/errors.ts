import { defineErrors, findStatus, type StatusByCode } from './error.catalogue.ts';

/** The codes of all services. Each service declares further codes in its own `errors.ts`. */
export const PLATFORM_ERRORS = defineErrors({
  400: {
    INVALID_INPUT: 'An argument has a wrong shape, size or value. Correct `field`, and all arguments in `fields`.',
    STREAM_SEQUENCE_BROKEN:
      'A write would leave a gap in a stream, or overwrite an entry. This is a fault of the writing service: report it.',
  },
  401: {
    UNAUTHENTICATED: 'The request has no valid credentials (`reason`). Sign in, or renew the token.',
  },
  403: {
    FORBIDDEN: 'The viewer is signed in but not allowed to do this. Use an account or an API key with the right.',
  },
  404: {
    NOT_FOUND: 'The object does not exist, or the viewer may not see it. Check the id and the account.',
  },
  409: {
    CONFLICT: 'The state has changed since the client read it. Read it again, and repeat the request on the new state.',
    STREAM_EPOCH_STALE: 'Another writer has taken over the stream. The earlier writer has to stop.',
    STREAM_SEALED: 'The stream has ended, and accepts no further entries. Start another one.',
  },
  413: {
    PAYLOAD_TOO_LARGE: 'The body of the request is over the size limit. Send less at once.',
  },
  429: {
    RATE_LIMITED:
      'This user or address has sent too many requests or failed attempts. Wait for the time that the answer states.',
  },
  500: {
    INTERNAL_ERROR:
      'An unexpected error occurred. The log has the details under the `requestId`: report it to the operator.',
  },
  503: {
    SERVICE_UNAVAILABLE: 'A required service does not respond. Try again later.',
  },
  507: {
    STORAGE_FULL: 'The disk is full. Reads still work. Try again after the operator has freed space.',
  },
});

/**
 * Every code with its HTTP status. Each package adds the codes of its `errors.ts` by declaration merging, so that a package
 * knows its own codes and those of the packages that it builds on.
 */
export interface ErrorCodes extends StatusByCode<typeof PLATFORM_ERRORS> {}

export type ErrorCode = keyof ErrorCodes;

/**
 * The errors that clients receive. Code throws an `AppError`, and the edge of each process maps it once to the protocol
 * (GraphQL `extensions.code`, HTTP status). Any other error is unexpected: it is logged completely, and masked for the client.
 */
export interface AppErrorOptions {
  /** Machine-readable facts. They are sent to the client beside the code (`extensions`), and must not contain secrets. */
  readonly details?: Record<string, unknown>;
  readonly cause?: unknown;
}

export class AppError extends Error {
  override readonly name: string = 'AppError';
  /** One of `ErrorCode`, or another service's code in a `RemoteError`. */
  readonly code: string;
  /** HTTP status, for an error that is sent over plain HTTP rather than in a GraphQL answer. It comes from the catalogue. */
  readonly status: number;
  readonly details: Record<string, unknown>;

  /**
   * @param code a stable code, prefixed by its service (`BILLING_QUOTA_EXCEEDED`), or one of the general codes above
   * @param message the fault, the expected value, and the remedy
   */
  constructor(code: ErrorCode, message: string, { details = {}, cause }: AppErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.status = findStatus(code) ?? 500;
    this.details = details;
  }
}

/** The request is anonymous where a viewer is required, or its credential does not verify (`details.reason`). */
export class UnauthenticatedError extends AppError {
  constructor(message = 'This request needs an access token. Sign in first.', options?: AppErrorOptions) {
    super('UNAUTHENTICATED', message, options);
  }
}

/** The viewer is known but not allowed. For an object that the viewer may not see, use `NotFoundError`, which hides its existence. */
export class ForbiddenError extends AppError {
  constructor(message: string, options?: AppErrorOptions) {
    super('FORBIDDEN', message, options);
  }
}

/** The object does not exist, or the viewer may not see it. Clients cannot distinguish the two. */
export class NotFoundError extends AppError {
  constructor(kind: string, id: string) {
    super('NOT_FOUND', `The ${kind} with the id '${id}' does not exist, or you may not see it.`, {
      details: { what: kind, id },
    });
  }
}

/**
 * An argument has a wrong shape, size or value. `details.field` is its path, and `details.fields` lists all wrong arguments with
 * their messages.
 */
export class InvalidInputError extends AppError {
  constructor(field: string, message: string, options: AppErrorOptions = {}) {
    super('INVALID_INPUT', message, {
      ...options,
      details: { field, fields: [{ field, message }], ...options.details },
    });
  }
}

/** The state has changed since the caller read it. Reading it again and retrying may help. */
export class ConflictError extends AppError {}

/** A required service did not respond. Retrying later may help. */
export class UnavailableError extends AppError {}

/** A refusal by another service, with its code and message. The code may be missing from this process's catalogues. */
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
 * The disk, or its quota, is full. Reads still work, and the same request succeeds once there is free space.
 */
export class StorageFullError extends AppError {
  constructor(cause: unknown) {
    super(
      'STORAGE_FULL',
      'The disk is full, so that nothing can be stored. Reads still work. Try again after the operator has freed space.',
      { cause },
    );
  }
}

/**
 * Codes that mean a full disk: of `StorageFullError` (also from another service), of the operating system, of PostgreSQL
 * (https://www.postgresql.org/docs/18/errcodes-appendix.html) and of MongoDB (`OutOfDiskSpace`).
 */
const FULL_DISK: ReadonlySet<unknown> = new Set(['STORAGE_FULL', 'ENOSPC', 'EDQUOT', '53100', 14_031]);

/**
 * Finds the `AppError` that an error is, or that it stands for, such as a full disk. Drivers wrap errors in different ways, so
 * that the causes are searched too.
 *
 * @returns null for an unexpected error, which has to be masked
 */
export function toAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  return isDiskFull(error) ? new StorageFullError(error) : null;
}

/** Whether a full disk caused the error. */
export function isDiskFull(error: unknown): boolean {
  const met = new Set<unknown>();
  for (let cause = error; cause instanceof Error && !met.has(cause); cause = cause.cause) {
    met.add(cause);
    if (FULL_DISK.has((cause as { code?: unknown }).code)) return true;
  }
  return false;
}
