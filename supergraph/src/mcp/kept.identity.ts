import type { AppError } from '@vibecode/platform/errors';
import type { Identity } from '../request/context.ts';

/** Before its end, a token is exchanged for a new one. Exchanges may fail for a while. */
const LEAD_MS = 20_000;
const RETRY_MS = 5_000;
const MIN_WAIT_MS = 250;
/** Timers of Node end at once beyond 24.8 days. */
const MAX_WAIT_MS = 3_600_000;
/** Less is not enough for an operation. */
const ENDING_MS = 5_000;

/** Whether the token has expired, or is about to. */
export function isEnding(identity: Identity | null): boolean {
  return identity?.expiresAtMs !== undefined && identity.expiresAtMs <= Date.now() + ENDING_MS;
}

/**
 * Asks for a client's identity again before its token expires, as long as it is not disposed. That of an API key is a new
 * one then; a bearer token stays as it is, and what runs with it ends with it.
 * @param identifyAgain tells the gateway of what it finds
 */
export function keepIdentity(identity: Identity | null, identifyAgain: () => Promise<Identity | null>): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let expiresAtMs = identity?.expiresAtMs;
  let isDisposed = false;

  const renew = async (): Promise<void> => {
    try {
      const renewed = await identifyAgain();
      if (renewed?.subject === identity?.subject) expiresAtMs = renewed?.expiresAtMs;
    } catch (error) {
      // It may be an outage, which ends before the token does.
      if ((error as AppError).code === 'UNAUTHENTICATED') return;
    }
    schedule();
  };
  const schedule = (): void => {
    if (isDisposed || expiresAtMs === undefined) return;
    const leftMs = expiresAtMs - Date.now();
    if (leftMs <= 0) return;
    const waitMs = Math.max(leftMs - LEAD_MS, Math.min(leftMs / 2, RETRY_MS), MIN_WAIT_MS);
    timer = waitMs > MAX_WAIT_MS ? setTimeout(schedule, MAX_WAIT_MS) : setTimeout(() => void renew(), waitMs);
  };
  schedule();
  return {
    [Symbol.dispose]() {
      isDisposed = true;
      clearTimeout(timer);
    },
  };
}
