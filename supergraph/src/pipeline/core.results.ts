import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import { logFaults } from '../request/fault.log.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import { asRefusal, RefusedRequestError } from '../request/refusal.ts';
import { EndedByStage } from '../request/stages.ts';

/** What results need on their way out; made once with the core. */
export interface ResultScope {
  readonly log: Logger;
  readonly hooks?: GatewayHooks;
}

/** The result of a request that was refused, or that failed. */
export function toErrorResult(error: unknown, context: RequestContext, { log }: ResultScope): GraphQLResult {
  if (error instanceof EndedByStage) {
    context.setStatus?.(error.status);
    return error.result;
  }
  const refused = asRefusal(error, 'BAD_REQUEST');
  if (refused.cause) log.warn({ action: 'gateway.refused', requestId: context.id, error: refused.cause });
  if (refused instanceof RefusedRequestError) return { errors: [...refused.errors] };
  // Nobody reads the answer any more, and nothing has failed.
  if (context.signal.aborted) return { errors: [{ message: 'The request was cancelled.' }] };
  log.error({ action: 'gateway.failed', requestId: context.id, error: refused });
  const message = `The gateway failed to answer; its log has the reason under request ${context.id}.`;
  return { errors: [{ message, extensions: { code: 'INTERNAL_ERROR', requestId: context.id } }] };
}

/** A result as the client is to see it. */
export function finishResult(
  result: GraphQLResult,
  context: RequestContext,
  { log, hooks }: ResultScope,
): GraphQLResult {
  if (result.errors) {
    // Before errors are masked: operators are told what went wrong.
    context.watch?.note(result.errors);
    logFaults(log, result.errors, context);
  }
  return hooks?.finishResult && (hooks.finishesAll || result.errors) ? hooks.finishResult(result, context) : result;
}
