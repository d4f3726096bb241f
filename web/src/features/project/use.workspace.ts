import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  CancelGenerationDocument,
  type GenerationCardFragment,
  GenerationCardFragmentDoc,
  VersionRowFragmentDoc,
  type WorkspaceQuery,
} from '../../api/generated/graphql.ts';
import { useShortcut } from '../../app/keys.ts';
import { useAction } from '../../app/use.action.ts';
import { isAutoRun } from '../execution/auto.run.ts';
import { useRun } from '../execution/use.run.ts';
import { useProjectFiles } from '../file/use.project.files.ts';
import { useLiveGeneration } from '../generation/use.live.generation.ts';
import { type Prompt, usePrompt } from '../generation/use.prompt.ts';
import { useRevert } from '../version/use.revert.ts';
import { useLocks } from './use.locks.ts';
import { useMoreOfProject } from './use.more.ts';
import { useProjectChanges } from './use.project.changes.ts';
import { useRestore } from './use.restore.ts';
import { useWorkspaceCommands } from './use.workspace.commands.ts';
import type { WorkspaceView } from './workspace.view.ts';

export interface WorkspaceOptions {
  readonly project: NonNullable<WorkspaceQuery['project']>;
  readonly view: WorkspaceView;
  /** Asks for the project again. */
  readonly reload: () => Promise<unknown>;
}

/** What a project's page knows and can do, whichever way it is laid out. */
export function useWorkspace({ project, view, reload }: WorkspaceOptions) {
  const projectId = project.id;
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const head = readFragment(VersionRowFragmentDoc, project.head).number;
  const generations = readFragment(GenerationCardFragmentDoc, project.generations?.nodes ?? []);
  const prompt = usePrompt(projectId);
  const isSentAtOnce = useFirstPrompt(prompt);
  const run = useRun(projectId, project.head.lastRun?.id ?? null);
  const restore = useRestore(projectId, reload);
  const revert = useRevert(projectId, reload);
  const more = useMoreOfProject(project);
  const locks = useLocks(projectId, project.lockedPaths);
  useProjectChanges(projectId, head, reload);

  /** Never rejects. */
  const startRun = run.start;
  const onEnded = useCallback(
    ({ version }: GenerationCardFragment) => {
      if (version && isAutoRun()) void startRun();
    },
    [startRun],
  );
  const { liveId, followed } = useLiveGeneration({ generations, startedId: prompt.startedId, reload, onEnded });
  // A file that somebody opens stands before the one that is being written, until the next generation.
  const [hiddenLiveId, setHiddenLiveId] = useState<string | null>(null);
  const writing = followed?.snapshot.segments.findLast(({ kind }) => kind !== 'talk') ?? null;
  const live = liveId && liveId !== hiddenLiveId ? writing : null;

  const filesPath = view.kind === 'version' ? pathname : `/p/${projectId}`;
  const openFile = useCallback(
    (path: string) => {
      setHiddenLiveId(liveId);
      void navigate({ pathname: filesPath, search: `?${new URLSearchParams({ file: path })}` });
    },
    [navigate, filesPath, liveId],
  );
  const version = view.kind === 'version' ? view.number : head;
  const chosen = params.get('file');
  const isEditing = view.kind === 'files';
  const files = useProjectFiles({ projectId, head, version, chosen, isEditing, openFile, reload });

  const { stop, stopping } = useStop(liveId, run);
  const { save, paths } = files;
  useShortcut('mod+s', save);
  const promptBox = useRef<HTMLTextAreaElement>(null);
  const focusPrompt = useCallback(() => promptBox.current?.focus(), []);
  const offerPrompt = useCallback(
    (wanted: string) => {
      prompt.setPrompt(wanted);
      focusPrompt();
    },
    [prompt.setPrompt, focusPrompt],
  );
  const { versions } = more;
  useWorkspaceCommands({
    ...{ projectId, paths, versions, head, openFile, focusPrompt, save, startRun, stop },
    restore: restore.restore,
  });
  return {
    ...{ projectId, head, version, chosen, generations, prompt, promptBox, isSentAtOnce, offerPrompt },
    ...{ run, restore, revert, more, locks, liveId, followed, live, openFile, files, stop, stopping },
  };
}

export type WorkspaceState = ReturnType<typeof useWorkspace>;

/** A project that was made for a prompt begins with it. @returns whether that is about to happen */
function useFirstPrompt({ isReady, send }: Prompt): boolean {
  const navigate = useNavigate();
  const { pathname, state } = useLocation();
  const isWanted = Boolean((state as { send?: boolean } | null)?.send);
  useEffect(() => {
    if (!isWanted || !isReady) return;
    void navigate(pathname, { replace: true, state: null });
    void send();
  }, [isWanted, isReady, send, navigate, pathname]);
  return isWanted;
}

/** One way to stop whatever is at work: the generation, else the run. */
function useStop(liveId: string | null, { isBusy, cancel }: ReturnType<typeof useRun>) {
  const client = useApolloClient();
  const stopping = useAction(async () => {
    if (liveId) await client.mutate({ mutation: CancelGenerationDocument, variables: { id: liveId } });
    else if (isBusy) await cancel();
  });
  const stop = useCallback(() => void stopping.run(), [stopping.run]);
  useShortcut('mod+.', liveId || isBusy ? stop : null);
  return { stop, stopping };
}
