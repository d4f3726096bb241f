import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import { logFaults } from '../request/fault.log.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import { asRefusal, RefusedRequestError } from '../request/refusal.ts';
import { EndedByStage } from '../request/stages.ts';

/** What finishing a result needs of the core; one object for all requests. */
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
  // The client has gone and nothing has failed, so nothing is logged.
  if (context.signal.aborted) return { errors: [{ message: 'The request was cancelled.' }] };
  log.error({ action: 'gateway.failed', requestId: context.id, error: refused });
  const message = `The gateway failed to answer; its log has the reason under request ${context.id}.`;
  return { errors: [{ message, extensions: { code: 'INTERNAL_ERROR', requestId: context.id } }] };
}

/** Notes and logs the errors of a result, and lets the edge mask them. */
export function finishResult(
  result: GraphQLResult,
  context: RequestContext,
  { log, hooks }: ResultScope,
): GraphQLResult {
  if (result.errors) {
    // Before errors are masked, so that the log has the original messages.
    context.watch?.note(result.errors);
    logFaults(log, result.errors, context);
  }
  return hooks?.finishResult && (hooks.finishesAll || result.errors) ? hooks.finishResult(result, context) : result;
}
