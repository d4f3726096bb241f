import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { follow } from '../../api/follow.ts';
import {
  CancelRunDocument,
  ExecutionOutputDocument,
  type ExecutionOutputSubscription,
  RunProjectDocument,
} from '../../api/generated/graphql.ts';
import { addPiece, type OutputPiece } from './output.text.ts';

type Execution = ExecutionOutputSubscription['executionOutput']['execution'];

export interface RunOptions {
  readonly runtime?: string;
  readonly entrypoint?: string;
  readonly args?: readonly string[];
  readonly stdin?: string;
  readonly version?: number;
}

export interface Run {
  readonly isBusy: boolean;
  readonly isLost: boolean;
  readonly execution: Execution | null;
  readonly pieces: readonly OutputPiece[];
  readonly error: unknown;
  /** Never rejects: what goes wrong is in `error`. */
  start(options?: RunOptions): Promise<void>;
  /** Never rejects. */
  cancel(): Promise<void>;
}

interface State {
  readonly id: string | null;
  readonly isBusy: boolean;
  readonly isLost: boolean;
  readonly execution: Execution | null;
  readonly pieces: readonly OutputPiece[];
  readonly error: unknown;
}

const IDLE: State = { id: null, isBusy: false, isLost: false, execution: null, pieces: [], error: null };

/**
 * One run of the project at a time, with its output as it comes. The last run of an earlier visit is shown again, and
 * followed when it still goes on.
 */
export function useRun(projectId: string, lastRunId: string | null): Run {
  const client = useApolloClient();
  const [state, setState] = useState(IDLE);
  const stop = useRef<(() => void) | null>(null);

  const watch = useCallback((id: string) => {
    stop.current?.();
    setState({ ...IDLE, id, isBusy: true });
    let lastSeq = 0;
    stop.current = follow({
      document: ExecutionOutputDocument,
      variables: () => ({ id, afterSeq: lastSeq }),
      onEvent: ({ executionOutput: { seq, stream, text, execution } }) => {
        if (seq <= lastSeq) return;
        lastSeq = seq;
        setState((now) => ({
          ...now,
          isLost: false,
          execution,
          pieces: stream && text ? addPiece(now.pieces, { seq, stream, text }) : now.pieces,
        }));
      },
      onConnection: (connection) => setState((now) => ({ ...now, isLost: connection === 'lost' })),
      onEnd: () => setState((now) => ({ ...now, isBusy: false })),
      onRefused: (errors) => setState((now) => ({ ...now, isBusy: false, error: errors })),
    });
  }, []);

  const first = useRef(lastRunId);
  useEffect(() => {
    if (first.current) watch(first.current);
    return () => stop.current?.();
  }, [watch]);

  /** Never rejects. */
  const start = useCallback(
    async ({ args, ...options }: RunOptions = {}) => {
      stop.current?.();
      setState({ ...IDLE, isBusy: true });
      try {
        const input = { projectId, ...options, ...(args && { args: [...args] }) };
        const { data } = await client.mutate({ mutation: RunProjectDocument, variables: { input } });
        const id = data?.runProject.id;
        if (!id) throw new Error('The run was not started.');
        watch(id);
      } catch (error) {
        setState({ ...IDLE, error });
      }
    },
    [client, projectId, watch],
  );

  const { id } = state;
  /** Never rejects. */
  const cancel = useCallback(async () => {
    if (!id) return;
    try {
      await client.mutate({ mutation: CancelRunDocument, variables: { id } });
    } catch (error) {
      setState((now) => ({ ...now, error }));
    }
  }, [client, id]);

  return useMemo(() => ({ ...state, start, cancel }), [state, start, cancel]);
}
