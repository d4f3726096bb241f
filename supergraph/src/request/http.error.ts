import { AppError, type ErrorCode, type ErrorCodes } from '@vibecode/platform/errors';
import './errors.ts';

/** A request that GraphQL over HTTP refuses, with the status that the catalogue has for its code. */
export class HttpError<Code extends ErrorCode = 'BAD_REQUEST'> extends AppError {
  override readonly status: number;

  constructor(
    status: ErrorCodes[Code],
    message: string,
    code = 'BAD_REQUEST' as Code,
    /** Of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
    this.status = status;
  }
}
