import type { CallToolResult } from '@modelcontextprotocol/server';
import { type AppError, toAppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { GraphQLResult } from '../request/message.ts';
import { RefusedRequestError } from '../request/refusal.ts';
import { EndedByStage } from '../request/stages.ts';

/** What a tool gives: structured, and the same as text for clients that read no more. */
export function toToolResult(value: object, isError: boolean, maxBytes: number): CallToolResult {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes)
    return toToolError(
      'RESULT_TOO_LARGE',
      `The result has ${bytes} bytes; at most ${maxBytes} are sent. Ask for less.`,
    );
  return {
    content: [{ type: 'text', text }],
    structuredContent: value as Record<string, unknown>,
    ...(isError && { isError }),
  };
}

/** Models read the message and correct themselves by it. It has the form of a GraphQL result. */
export function toToolError(code: string, message: string, details: object = {}): CallToolResult {
  return toToolResult({ errors: [{ message, extensions: { ...details, code } }] }, true, Number.POSITIVE_INFINITY);
}

/** A result with data is one, whatever of it is null; one without is an error. */
export function toResultOf({ data, errors }: GraphQLResult, more: object, maxBytes: number): CallToolResult {
  const value = { ...(data !== undefined && { data }), ...(errors?.length && { errors }), ...more };
  const hasData = data !== null && data !== undefined && Object.values(data).some((field) => field !== null);
  return toToolResult(value, !hasData && Boolean(errors?.length), maxBytes);
}

/** What went wrong before or beside the operation. What clients must not see is logged, and masked. */
export function toFailure(error: unknown, requestId: string, log: Logger): CallToolResult {
  if (error instanceof RefusedRequestError)
    return toToolResult({ errors: error.errors }, true, Number.POSITIVE_INFINITY);
  if (error instanceof EndedByStage) return toResultOf(error.result, {}, Number.POSITIVE_INFINITY);
  const known: AppError | null = toAppError(error);
  if (known) return toToolError(known.code, known.message, known.details);
  log.error({ action: 'mcp.call.failed', requestId, error });
  return toToolError('INTERNAL_ERROR', 'The gateway failed to answer.', { requestId });
}
