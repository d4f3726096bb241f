import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import type { OperationObserver } from '../request/observer.ts';

export type RequestLogLevel = 'info' | 'debug' | 'trace';

/** Longest client-chosen text in a log line, in characters. */
const MAX_TEXT = 200;

/** Logs one line for an operation when it has ended. */
export function logOperation(
  log: Logger,
  level: RequestLogLevel,
  context: RequestContext,
  watch: OperationObserver,
  durationMs: number,
  status: number | undefined,
): void {
  const { operation, trace, errors, errorCode, transport } = watch;
  const span = trace?.recorded?.root.spanContext();
  log[level]({
    action: 'operation.answered',
    requestId: context.id,
    traceId: trace?.traceId,
    spanId: span?.spanId,
    operationName: shorten(operation?.operation.name?.value),
    operationType: operation?.kind,
    clientName: shorten(context.clientName),
    clientVersion: shorten(context.clientVersion),
    userId: context.identity?.subject || undefined,
    transport,
    status,
    errors: errors || undefined,
    code: errorCode,
    durationMs: Math.round(durationMs * 1_000) / 1_000,
  });
}

function shorten(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
