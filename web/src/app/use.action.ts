import { useCallback, useMemo, useRef, useState } from 'react';

/** Work that a person starts with a click or a key, with what went wrong in it. `ActionFailure` shows that. */
export interface Action<Args extends readonly unknown[]> {
  /** Never rejects: a failure is in `error`. Resolves with whether the work succeeded. */
  run(...args: Args): Promise<boolean>;
  /** Runs it again with what it was given last. */
  readonly retry: () => void;
  /** Drops the failure of the last time, which is not to be tried again as it was. */
  readonly forget: () => void;
  readonly isBusy: boolean;
  /** Of the last time; null while it is under way, and when all went well. */
  readonly error: unknown;
}

/** `run`, `retry` and `forget` stay the same while the component is there, and the whole while nothing happens. */
export function useAction<Args extends readonly unknown[]>(work: (...args: Args) => Promise<unknown>): Action<Args> {
  const [state, setState] = useState<{ readonly isBusy: boolean; readonly error: unknown }>(IDLE);
  const current = useRef(work);
  current.current = work;
  const last = useRef<Args | null>(null);
  /** Never rejects. */
  const run = useCallback(async (...args: Args) => {
    last.current = args;
    setState({ isBusy: true, error: null });
    try {
      await current.current(...args);
      setState(IDLE);
      return true;
    } catch (error) {
      setState({ isBusy: false, error });
      return false;
    }
  }, []);
  const retry = useCallback(() => {
    if (last.current) void run(...last.current);
  }, [run]);
  const forget = useCallback(() => {
    last.current = null;
    setState((now) => (now.error ? IDLE : now));
  }, []);
  return useMemo(() => ({ run, retry, forget, ...state }), [run, retry, forget, state]);
}

const IDLE = { isBusy: false, error: null };
