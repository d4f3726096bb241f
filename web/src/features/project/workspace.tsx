import { useCallback, useMemo, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Failure, Notice } from '../../ui/notice.tsx';
import { RunPanel } from '../execution/run.panel.tsx';
import type { Run } from '../execution/use.run.ts';
import { FileDialogs } from '../file/file.dialogs.tsx';
import { FileList } from '../file/file.list.tsx';
import { toLonger } from '../generation/answer.length.ts';
import { Conversation } from '../generation/conversation.tsx';
import { PromptBox } from '../generation/prompt.box.tsx';
import { PromptFailure } from '../generation/prompt.failure.tsx';
import type { Prompt as PromptState, SendOptions } from '../generation/use.prompt.ts';
import { VersionList } from '../version/version.list.tsx';
import { ProjectBar } from './project.bar.tsx';
import { useWorkspace, type WorkspaceOptions, type WorkspaceState } from './use.workspace.ts';
import { WorkspaceLayout } from './workspace.layout.tsx';
import { WorkspaceMiddle } from './workspace.middle.tsx';
import styles from './workspace.module.css';
import type { WorkspaceView } from './workspace.view.ts';

interface WorkspaceProps extends WorkspaceOptions {
  readonly error: unknown;
}

/** A project and all that is done with it. */
export function Workspace({ project, view, error, reload }: WorkspaceProps) {
  const { pathname, search } = useLocation();
  const state = useWorkspace({ project, view, reload });
  const { projectId, head, version, chosen, run, restore, more, files, offerPrompt } = state;
  const front = view.kind === 'files' ? (chosen ? 'files' : 'chat') : 'versions';
  return (
    <>
      <ProjectBar project={project} version={version} unsaved={files.unsaved.size} />
      <WorkspaceLayout
        front={front}
        address={`${pathname}${search}`}
        runState={toRunState(run.execution)}
        notice={<Notices state={state} error={error} />}
        chat={<Chat state={state} />}
        prompt={<Prompt state={state} />}
        // A comparison names its files itself, and wants the room.
        files={view.kind === 'files' || chosen ? <Files view={view} state={state} /> : null}
        middle={<WorkspaceMiddle view={view} state={state} />}
        run={
          <RunPanel
            run={run}
            hasFiles={files.paths.length > 0}
            hasUnsaved={files.unsaved.size > 0}
            onFix={offerPrompt}
          />
        }
        versions={
          <VersionList
            projectId={projectId}
            versions={more.versions}
            head={head}
            shown={view.kind === 'version' ? view.number : null}
            onRestore={restore.restore}
            onMore={more.onOlderVersions}
            more={more.loadVersions}
          />
        }
      />
    </>
  );
}

function toRunState(execution: Run['execution']): string | null {
  if (!execution?.outcome) return execution ? '…' : null;
  return execution.exitCode === null
    ? execution.outcome.toLowerCase().replaceAll('_', ' ')
    : `exit ${execution.exitCode}`;
}

interface PartProps {
  readonly state: WorkspaceState;
}

function Notices({ state: { files, restore, revert, stopping }, error }: PartProps & { readonly error: unknown }) {
  const text = useText();
  return (
    <>
      <Failure
        error={error ?? files.error}
        actions={
          <Button size="small" onClick={files.retry}>
            {text.tryAgain}
          </Button>
        }
      />
      {restore.notice && <Notice kind="info">{restore.notice}</Notice>}
      {revert.notice && <Notice kind="info">{revert.notice}</Notice>}
      <ActionFailure action={restore.change} />
      <ActionFailure action={revert.change} />
      <ActionFailure action={files.saving} />
      <ActionFailure action={files.move} />
      <ActionFailure action={stopping} />
    </>
  );
}

function Chat({ state: { projectId, more, liveId, followed, prompt, isSentAtOnce, offerPrompt } }: PartProps) {
  const text = useText();
  const { maxTokens, setMaxTokens } = prompt;
  const { send } = useLatest(prompt);
  const again = useMemo(
    () => ({
      longer: toLonger(maxTokens),
      onAgain: offerPrompt,
      onLonger(wanted: string, tokens: number) {
        setMaxTokens(tokens);
        void send({ text: wanted, maxTokens: tokens });
      },
    }),
    [maxTokens, setMaxTokens, offerPrompt, send],
  );
  return (
    <Conversation
      projectId={projectId}
      generations={more.generations}
      liveId={liveId}
      followed={followed}
      sending={prompt.sending ?? (isSentAtOnce ? prompt.prompt || null : null)}
      onOlder={more.onOlderGenerations}
      older={more.loadGenerations}
      again={again}
    >
      {prompt.isKept && prompt.prompt && !isSentAtOnce && <p className={styles.kept}>{text.prompt.kept}</p>}
    </Conversation>
  );
}

/** Its `send` sends what is in the box then, and stays the same while that is typed. */
function useLatest(prompt: PromptState) {
  const latest = useRef(prompt);
  latest.current = prompt;
  /** Never rejects. */
  const send = useCallback((options?: SendOptions) => latest.current.send(options), []);
  return { send };
}

function Prompt({ state: { prompt, promptBox, generations, files, liveId, stop, isSentAtOnce } }: PartProps) {
  return (
    <>
      <PromptFailure prompt={prompt} />
      <PromptBox
        box={promptBox}
        prompt={prompt}
        shown={isSentAtOnce ? '' : prompt.prompt}
        paths={files.paths}
        isFirst={generations.length === 0}
        isBusy={liveId !== null}
        onStop={stop}
      />
    </>
  );
}

function Files({ view, state: { files, locks, openFile } }: PartProps & { readonly view: WorkspaceView }) {
  const [isNaming, setNaming] = useState(false);
  const ask = useCallback(() => setNaming(true), []);
  return (
    <>
      <ActionFailure action={locks.change} />
      <FileList
        paths={files.paths}
        activePath={files.activePath}
        unsaved={files.unsaved}
        locked={locks.paths}
        onLock={view.kind === 'version' ? null : locks.toggle}
        onOpen={openFile}
        onNew={view.kind === 'version' ? null : ask}
      />
      <FileDialogs
        question={isNaming ? { kind: 'new' } : null}
        files={files}
        onAnswered={() => setNaming(false)}
        onOpen={openFile}
      />
    </>
  );
}
