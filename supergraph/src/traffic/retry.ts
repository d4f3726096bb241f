import { setTimeout as pause } from 'node:timers/promises';
import { isInstanceFault, SubgraphCallError } from './call.error.ts';
import { type BudgetSettings, RetryBudget } from './retry.budget.ts';
import type { RawResponse, Send } from './send.ts';

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

  return async (call) => {
    budget.deposit();
    if (call.kind !== 'query' || attempts === 0) return send(call);
    const deadlineMs = performance.now() + call.timeoutMs;
    for (let retries = 0; ; retries += 1) {
      const leftMs = deadlineMs - performance.now();
      const isLast = retries >= attempts;
      const timeoutMs = isLast || attemptTimeoutMs === null ? leftMs : Math.min(leftMs, attemptTimeoutMs);
      const result = await attempt(() => send({ ...call, timeoutMs }));
      if (!result.mayRetry || isLast) return settle(result);
      // Full jitter: what failed at once must not come back at once.
      const pauseMs = Math.random() * Math.min(backoffMs * 2 ** retries, MAX_BACKOFF_MS);
      if (deadlineMs - performance.now() <= pauseMs || !budget.withdraw()) return settle(result);
      await pause(pauseMs, undefined, { signal: call.signal }).catch(() => {
        throw call.signal.reason;
      });
    }
  };
}

type Attempt = { readonly mayRetry: boolean } & ({ readonly response: RawResponse } | { readonly error: unknown });

async function attempt(send: () => Promise<RawResponse>): Promise<Attempt> {
  try {
    const response = await send();
    return { response, mayRetry: isInstanceFault(response.status) };
  } catch (error) {
    return { error, mayRetry: error instanceof SubgraphCallError && error.isInstanceFault };
  }
}

function settle(result: Attempt): RawResponse {
  if ('response' in result) return result.response;
  throw result.error;
}
