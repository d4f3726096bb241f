import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, ConflictError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, in addition to those of all services. @public the catalogue is made of them */
export const AUTH_ERRORS = defineErrors({
  401: {
    AUTH_API_KEY_INVALID: 'The API key is unknown, has expired or was revoked (`reason`). Create another one.',
    AUTH_INVALID_CREDENTIALS: 'The e-mail address or the password is wrong. Check both and try again.',
    AUTH_REFRESH_INVALID: 'The refresh token is missing, unknown, expired or revoked (`reason`). Log in again.',
    AUTH_REFRESH_REUSED: 'The refresh token was used before, so its session has been ended. Log in again.',
  },
  409: {
    AUTH_API_KEY_LIMIT: 'The account has the maximum number of API keys. Revoke an unused one.',
    AUTH_EMAIL_TAKEN: 'An account with this e-mail address already exists. Log in, or use another address.',
  },
  503: {
    AUTH_BUSY: 'Too many users are signing in at this moment. Try again in a few seconds.',
    AUTH_REGISTRATION_PENDING:
      'The user service did not answer, so that the registration is incomplete. Send the same registration again.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof AUTH_ERRORS> {}
}

/** The same error for an unknown address and a wrong password, so that it does not reveal who has an account. */
export class InvalidCredentialsError extends AppError {
  constructor() {
    super('AUTH_INVALID_CREDENTIALS', 'The e-mail address or the password is wrong. Check both and try again.');
  }
}

export class EmailTakenError extends ConflictError {
  constructor() {
    super('AUTH_EMAIL_TAKEN', 'An account with this e-mail address already exists. Log in, or use another address.', {
      details: { field: 'input.email' },
    });
  }
}

/** `details.reason`: `missing`, `unknown`, `expired` or `revoked`. */
export class InvalidRefreshTokenError extends AppError {
  constructor(reason: 'missing' | 'unknown' | 'expired' | 'revoked') {
    super('AUTH_REFRESH_INVALID', `The refresh token is ${reason}. Log in again.`, { details: { reason } });
  }
}

/** A used refresh token was presented again. A copy of it must exist, so that the whole session has been ended. */
export class RefreshReusedError extends AppError {
  constructor() {
    super(
      'AUTH_REFRESH_REUSED',
      'This refresh token was used before, so its session has been ended for safety. Log in again.',
    );
  }
}

/** `details.retryAfterMs` is the time until the next attempt is admitted. */
export class TooManyAttemptsError extends AppError {
  constructor(retryAfterMs: number) {
    super('RATE_LIMITED', `Too many failed attempts. Try again in ${Math.ceil(retryAfterMs / 1000)} seconds.`, {
      details: { retryAfterMs },
    });
  }
}

/** The queue of password checks is full. */
export class BusyError extends UnavailableError {
  constructor() {
    super('AUTH_BUSY', 'Too many users are signing in at this moment. Try again in a few seconds.');
  }
}

/** The registration is finished later, or when the same registration is sent again. */
export class RegistrationPendingError extends UnavailableError {
  constructor(cause: unknown) {
    super(
      'AUTH_REGISTRATION_PENDING',
      'The registration could not be completed because the user service did not answer. Send the same registration again.',
      { cause },
    );
  }
}

/** `details.reason`: `unknown`, `expired` or `revoked`. */
export class InvalidApiKeyError extends AppError {
  constructor(reason: 'unknown' | 'expired' | 'revoked') {
    super('AUTH_API_KEY_INVALID', `The API key is ${reason}. Create another one.`, {
      details: { reason },
    });
  }
}
