import { AppError } from '@vibecode/platform/errors';

/** A request that GraphQL over HTTP refuses. */
export class HttpError extends AppError {
  constructor(
    override readonly status: number,
    message: string,
    code = 'BAD_REQUEST',
    /** Of the answer. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code, message);
  }
}
