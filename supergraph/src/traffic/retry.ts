import { setTimeout as pause } from 'node:timers/promises';
import { toAbortSignal } from '../request/cancellation.ts';
import { isInstanceFault, SubgraphCallError } from './call.error.ts';
import { type BudgetSettings, RetryBudget } from './retry.budget.ts';
import type { RawResponse, Send, SubgraphCall } from './send.ts';

export interface RetrySettings extends BudgetSettings {
  /** Further attempts, at most. */
  readonly attempts: number;
  /** Time for one attempt while another may follow; null: the whole time that is left. */
  readonly attemptTimeoutMs: number | null;
  /** Longest pause before the first retry; each further one may be twice as long. */
  readonly backoffMs: number;
}

const MAX_BACKOFF_MS = 2_000;

/**
 * Asks again, and thereby another instance where there is one, when an instance did not answer or could not serve. Queries
 * only: anything else may have taken effect. All attempts and pauses share the call's time.
 */
export function withRetry(send: Send, settings: RetrySettings): Send {
  const { attempts, attemptTimeoutMs, backoffMs } = settings;
  const budget = new RetryBudget(settings);

  return (call) => {
    budget.deposit();
    if (call.kind !== 'query' || attempts === 0) return send(call);
    const deadlineMs = performance.now() + call.timeoutMs;
    // Nearly every call ends with its first attempt, which is spared what follows.
    return send(attemptTimeoutMs === null ? call : withTimeout(call, Math.min(call.timeoutMs, attemptTimeoutMs))).then(
      (response) =>
        isInstanceFault(response.status) ? again(call, { response, mayRetry: true }, deadlineMs) : response,
      (error) => again(call, toFailedAttempt(error), deadlineMs),
    );
  };

  async function again(call: SubgraphCall, first: Attempt, deadlineMs: number): Promise<RawResponse> {
    let result = first;
    for (let retries = 1; result.mayRetry && retries <= attempts; retries += 1) {
      // Full jitter: what failed at once must not come back at once.
      const pauseMs = Math.random() * Math.min(backoffMs * 2 ** (retries - 1), MAX_BACKOFF_MS);
      if (deadlineMs - performance.now() <= pauseMs || !budget.withdraw()) break;
      await pause(pauseMs, undefined, { signal: toAbortSignal(call.signal) }).catch(() => {
        throw call.signal.reason;
      });
      const leftMs = deadlineMs - performance.now();
      const isLast = retries === attempts;
      const timeoutMs = isLast || attemptTimeoutMs === null ? leftMs : Math.min(leftMs, attemptTimeoutMs);
      result = await attempt(() => send(withTimeout(call, timeoutMs)));
    }
    return settle(result);
  }
}

type Attempt = { readonly mayRetry: boolean } & ({ readonly response: RawResponse } | { readonly error: unknown });

async function attempt(send: () => Promise<RawResponse>): Promise<Attempt> {
  try {
    const response = await send();
    return { response, mayRetry: isInstanceFault(response.status) };
  } catch (error) {
    return toFailedAttempt(error);
  }
}

function toFailedAttempt(error: unknown): Attempt {
  return { error, mayRetry: error instanceof SubgraphCallError && error.isInstanceFault };
}

function withTimeout(call: SubgraphCall, timeoutMs: number): SubgraphCall {
  return { ...call, timeoutMs };
}

function settle(result: Attempt): RawResponse {
  if ('response' in result) return result.response;
  throw result.error;
}
