import { AppError, UnavailableError } from '@vibecode/platform/errors';

/** The same for an unknown address and a wrong password, so that nobody learns who has an account. */
export class InvalidCredentialsError extends AppError {
  override readonly status = 401;
  constructor() {
    super('AUTH_INVALID_CREDENTIALS', 'The e-mail address or the password is wrong. Check both and try again.');
  }
}

export class EmailTakenError extends AppError {
  override readonly status = 409;
  constructor() {
    super('AUTH_EMAIL_TAKEN', 'There is an account with this e-mail address already. Log in, or use another address.', {
      details: { field: 'input.email' },
    });
  }
}

/** `details.reason`: `missing`, `unknown`, `expired` or `revoked`. */
export class InvalidRefreshTokenError extends AppError {
  override readonly status = 401;
  constructor(reason: 'missing' | 'unknown' | 'expired' | 'revoked') {
    super('AUTH_REFRESH_INVALID', `The refresh token is ${reason}. Log in again.`, { details: { reason } });
  }
}

/** A used refresh token came back: someone holds a copy, so the whole session has been ended. */
export class RefreshReusedError extends AppError {
  override readonly status = 401;
  constructor() {
    super(
      'AUTH_REFRESH_REUSED',
      'This refresh token was used before, so its session has been ended for safety. Log in again.',
    );
  }
}

/** `details.retryAfterMs` says when the next attempt is heard. */
export class TooManyAttemptsError extends AppError {
  override readonly status = 429;
  constructor(retryAfterMs: number) {
    super('RATE_LIMITED', `Too many failed attempts. Try again in ${Math.ceil(retryAfterMs / 1000)} seconds.`, {
      details: { retryAfterMs },
    });
  }
}

/** More passwords wait to be checked than can be in reasonable time. */
export class BusyError extends UnavailableError {
  constructor() {
    super('AUTH_BUSY', 'Too many people are signing in at this moment. Try again in a few seconds.');
  }
}

/** The account is kept and finished later, or when the same registration is sent again. */
export class RegistrationPendingError extends UnavailableError {
  constructor(cause: unknown) {
    super(
      'AUTH_REGISTRATION_PENDING',
      'The account could not be finished because the user service did not answer. Send the same registration again.',
      { cause },
    );
  }
}

/** `details.reason`: `unknown`, `expired` or `revoked`. */
export class InvalidApiKeyError extends AppError {
  override readonly status = 401;
  constructor(reason: 'unknown' | 'expired' | 'revoked') {
    super('AUTH_API_KEY_INVALID', `The API key is ${reason}. Create another one and use that.`, {
      details: { reason },
    });
  }
}
