import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  CancelGenerationDocument,
  GenerationCardFragmentDoc,
  MeDocument,
  VersionRowFragmentDoc,
  type WorkspaceQuery,
} from '../../api/generated/graphql.ts';
import { useCommands } from '../../app/commands.ts';
import { toKeyLabel, useShortcut } from '../../app/keys.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import { RunPanel } from '../execution/run.panel.tsx';
import { type Run, useRun } from '../execution/use.run.ts';
import { CloseFileDialog } from '../file/close.file.dialog.tsx';
import { FileList } from '../file/file.list.tsx';
import { FilePane, OldFile } from '../file/file.pane.tsx';
import { findMainFile } from '../file/file.rows.ts';
import { NewFileDialog } from '../file/new.file.dialog.tsx';
import { useFileDesk } from '../file/use.file.desk.ts';
import { useFiles } from '../file/use.files.ts';
import { Conversation } from '../generation/conversation.tsx';
import { GenerationReceipt } from '../generation/generation.receipt.tsx';
import { TERMINAL } from '../generation/generation.stream.ts';
import { PromptBox } from '../generation/prompt.box.tsx';
import { useGenerationStream } from '../generation/use.generation.stream.ts';
import { usePrompt } from '../generation/use.prompt.ts';
import { DiffView } from '../version/diff.view.tsx';
import { VersionList } from '../version/version.list.tsx';
import { VersionView } from '../version/version.view.tsx';
import { ProjectBar } from './project.bar.tsx';
import { useMoreOfProject } from './use.more.ts';
import { useProjectChanges } from './use.project.changes.ts';
import { useRestore } from './use.restore.ts';
import { WorkspaceLayout } from './workspace.layout.tsx';
import styles from './workspace.module.css';
import type { WorkspaceView } from './workspace.view.ts';

type Project = NonNullable<WorkspaceQuery['project']>;

interface WorkspaceProps {
  readonly project: Project;
  readonly view: WorkspaceView;
  readonly error: unknown;
  readonly reload: () => Promise<Project | null>;
}

const AUTO_RUN = 'run-after-generation';
/** Billing settles by an event of its own, a little after the last token. */
const SETTLED_AFTER_MS = 1_500;
const ASK_AGAIN_AFTER_MS = 2_000;

function toRunState(execution: Run['execution']): string | null {
  if (!execution?.outcome) return execution ? '…' : null;
  return execution.exitCode === null
    ? execution.outcome.toLowerCase().replaceAll('_', ' ')
    : `exit ${execution.exitCode}`;
}

export function Workspace({ project, view, error, reload }: WorkspaceProps) {
  const text = useText();
  const client = useApolloClient();
  const navigate = useNavigate();
  const location = useLocation();
  const [params] = useSearchParams();
  const promptBox = useRef<HTMLTextAreaElement>(null);
  const [isAutomatic, setAutomatic] = useState(() => localStorage.getItem(AUTO_RUN) !== 'no');
  const [isLiveHidden, setLiveHidden] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [saveError, setSaveError] = useState<unknown>(null);
  const [isNaming, setNaming] = useState(false);
  const [closing, setClosing] = useState<string | null>(null);
  const projectId = project.id;

  const head = readFragment(VersionRowFragmentDoc, project.head).number;
  const generations = readFragment(GenerationCardFragmentDoc, project.generations?.nodes ?? []);
  const liveId = generations.find(({ status }) => !TERMINAL.has(status))?.id ?? null;
  const prompt = usePrompt(projectId);
  const run = useRun(projectId, project.head.lastRun?.id ?? null);
  const restore = useRestore(projectId, reload);
  const more = useMoreOfProject(project);
  const open = useFileDesk(projectId, head, text);
  const shownVersion = view.kind === 'version' ? view.number : head;
  const { files, error: filesError, retry } = useFiles(projectId, shownVersion);
  const paths = useMemo(() => files?.rows.map(({ path }) => path) ?? [], [files]);
  const chosen = params.get('file');
  const activePath = chosen ?? (view.kind === 'files' ? findMainFile(paths) : null);

  const openFile = useCallback(
    (path: string) => {
      setLiveHidden(true);
      const search = `?${new URLSearchParams({ file: path })}`;
      void navigate({ pathname: view.kind === 'version' ? location.pathname : `/p/${projectId}`, search });
    },
    [navigate, projectId, view.kind, location.pathname],
  );

  // The end of the stream, or word of the new version: whichever comes first asks how it ended.
  const onStreamEnd = useCallback(() => void reload().catch(() => null), [reload]);
  const followed = useGenerationStream(liveId, onStreamEnd);
  const isOver = liveId !== null && followed?.snapshot.finished != null;
  useEffect(() => {
    // Until the project says so too, however its answers overtake each other.
    if (!isOver) return;
    const timer = setInterval(() => void reload().catch(() => null), ASK_AGAIN_AFTER_MS);
    return () => clearInterval(timer);
  }, [isOver, reload]);
  const [watchedId, setWatchedId] = useState<string | null>(null);
  useEffect(() => {
    // A fast one may have ended before it was seen at work.
    if (liveId ?? prompt.startedId) setWatchedId(liveId ?? prompt.startedId);
  }, [liveId, prompt.startedId]);
  const ended = generations.find(({ id, status }) => id === watchedId && TERMINAL.has(status));
  const handledId = useRef<string | null>(null);
  useEffect(() => {
    if (!ended || handledId.current === ended.id) return;
    handledId.current = ended.id;
    if (ended.version && localStorage.getItem(AUTO_RUN) !== 'no') void run.start();
    setTimeout(() => {
      void reload().catch(() => null);
      void client.refetchQueries({ include: [MeDocument] });
    }, SETTLED_AFTER_MS);
  }, [ended, run.start, reload, client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new one comes to the front
  useEffect(() => setLiveHidden(false), [liveId]);
  const writing = followed?.snapshot.segments.findLast(({ kind }) => kind !== 'talk') ?? null;
  const live = liveId && !isLiveHidden ? writing : null;

  useProjectChanges(projectId, head, reload);

  // The file in front is open, also when a link or a reload chose it.
  const desk = open?.desk ?? null;
  useEffect(() => {
    if (desk && activePath && view.kind === 'files') void desk.open(activePath);
  }, [desk, activePath, view.kind]);
  useEffect(() => {
    if (!desk || !files?.isComplete || files.version !== head) return;
    void desk.moveTo(head, new Map(files.rows.map(({ path, sha256 }) => [path, sha256])));
  }, [desk, files, head]);

  // A project that was made for a prompt begins with it.
  const sendsAtOnce = Boolean((location.state as { send?: boolean } | null)?.send);
  useEffect(() => {
    if (!sendsAtOnce || !prompt.isReady) return;
    void navigate(location.pathname, { replace: true, state: null });
    void prompt.send();
  }, [sendsAtOnce, prompt.isReady, prompt.send, navigate, location.pathname]);

  const save = useCallback(async () => {
    if (!desk) return;
    setSaving(true);
    setSaveError(null);
    try {
      if ((await desk.save()) !== null) await reload();
      const torn = desk.dirty.find(({ conflict }) => conflict);
      if (torn) openFile(torn.path);
    } catch (failure) {
      setSaveError(failure);
    } finally {
      setSaving(false);
    }
  }, [desk, reload, openFile]);

  const stop = useCallback(() => {
    if (liveId)
      void client.mutate({ mutation: CancelGenerationDocument, variables: { id: liveId } }).catch(setSaveError);
    else if (run.isBusy) void run.cancel();
  }, [client, liveId, run.isBusy, run.cancel]);

  useShortcut('mod+s', () => void save());
  useShortcut('mod+.', liveId || run.isBusy ? stop : null);
  const focusPrompt = useCallback(() => promptBox.current?.focus(), []);
  const usePromptText = useCallback(
    (wanted: string) => {
      prompt.setPrompt(wanted);
      focusPrompt();
    },
    [prompt.setPrompt, focusPrompt],
  );

  const versions = more.versions;
  const commands = useMemo(
    () => [
      { id: 'prompt', label: text.palette.newPrompt, group: 'action' as const, run: focusPrompt },
      {
        id: 'save',
        label: text.palette.save,
        group: 'action' as const,
        keys: toKeyLabel('mod+s'),
        run: () => void save(),
      },
      { id: 'run', label: text.palette.run, group: 'action' as const, run: () => void run.start() },
      { id: 'stop', label: text.palette.stop, group: 'action' as const, keys: toKeyLabel('mod+.'), run: stop },
      ...paths.map((path) => ({ id: path, label: path, group: 'file' as const, run: () => openFile(path) })),
      ...readFragment(VersionRowFragmentDoc, versions).map(({ number, message }) => ({
        id: String(number),
        label: `v${number} ${message}`,
        group: 'version' as const,
        run: () => void navigate(`/p/${projectId}/v/${number}`),
      })),
    ],
    [text, paths, versions, focusPrompt, save, run.start, stop, openFile, navigate, projectId],
  );
  useCommands(commands);

  const unsaved = useMemo(
    () => new Set([...(open?.files.values() ?? [])].filter(({ isDirty }) => isDirty).map(({ path }) => path)),
    [open?.files],
  );

  const notices = (
    <div className={styles.notices}>
      <Failure error={saveError} />
      {open?.isRestored && unsaved.size > 0 && <Notice kind="info">{text.files.restored}</Notice>}
    </div>
  );

  function closeFile(path: string) {
    if (!desk) return;
    if (unsaved.has(path)) return setClosing(path);
    desk.close(path);
    const next = [...desk.files().keys()].at(-1);
    void navigate({ search: next ? `?${new URLSearchParams({ file: next })}` : '' });
  }

  const middle = () => {
    switch (view.kind) {
      case 'version':
        return chosen ? (
          <OldFile projectId={projectId} path={chosen} version={view.number} />
        ) : (
          <VersionView projectId={projectId} number={view.number} head={head} onRestore={restore.restore} />
        );
      case 'diff':
        return <DiffView projectId={projectId} from={view.from} to={view.to} head={head} />;
      case 'generation':
        return <GenerationReceipt projectId={projectId} id={view.id} onPrompt={usePromptText} />;
      default:
        return open ? (
          <FilePane
            projectId={projectId}
            open={open}
            activePath={activePath}
            onActivate={openFile}
            onClose={closeFile}
            onSave={() => void save()}
            isSaving={isSaving}
            live={live}
            notices={notices}
          />
        ) : null;
    }
  };

  return (
    <>
      <ProjectBar project={project} version={shownVersion} unsaved={unsaved.size} />
      <WorkspaceLayout
        front={view.kind === 'files' ? (chosen ? 'files' : 'chat') : 'versions'}
        address={`${location.pathname}${location.search}`}
        runState={toRunState(run.execution)}
        notice={
          <>
            <Failure
              error={error ?? filesError}
              actions={
                <Button size="small" onClick={retry}>
                  {text.tryAgain}
                </Button>
              }
            />
            {restore.notice && <Notice kind="info">{restore.notice}</Notice>}
            <Failure error={restore.error} />
          </>
        }
        chat={
          <Conversation
            projectId={projectId}
            generations={more.generations}
            liveId={liveId}
            followed={followed}
            onOlder={more.onOlderGenerations}
          >
            <Failure error={prompt.error} />
            {prompt.isKept && prompt.prompt && !sendsAtOnce && <p className={styles.kept}>{text.prompt.kept}</p>}
          </Conversation>
        }
        prompt={
          <PromptBox
            box={promptBox}
            prompt={prompt.prompt}
            onPrompt={prompt.setPrompt}
            model={prompt.model}
            onModel={prompt.setModel}
            isFirst={generations.length === 0}
            isBusy={liveId !== null}
            isSending={prompt.isSending}
            onSend={() => void prompt.send()}
            onStop={stop}
          />
        }
        files={
          <FileList
            paths={paths}
            activePath={activePath}
            unsaved={unsaved}
            onOpen={openFile}
            onNew={view.kind === 'version' ? null : () => setNaming(true)}
          />
        }
        middle={middle()}
        run={
          <RunPanel
            run={run}
            hasFiles={paths.length > 0}
            hasUnsaved={unsaved.size > 0}
            isAutomatic={isAutomatic}
            onAutomatic={(chosenNow) => {
              setAutomatic(chosenNow);
              localStorage.setItem(AUTO_RUN, chosenNow ? 'yes' : 'no');
            }}
            onFix={usePromptText}
          />
        }
        versions={
          <VersionList
            projectId={projectId}
            versions={versions}
            head={head}
            shown={view.kind === 'version' ? view.number : null}
            onRestore={restore.restore}
            onMore={more.onOlderVersions}
          />
        }
      />
      {closing !== null && (
        <CloseFileDialog
          path={closing}
          onClose={() => setClosing(null)}
          onSave={() => {
            setClosing(null);
            void save();
          }}
          onDiscard={() => {
            setClosing(null);
            void desk?.discard(closing).then(() => desk.close(closing));
          }}
        />
      )}
      {isNaming && (
        <NewFileDialog
          paths={paths}
          onClose={() => setNaming(false)}
          onCreate={(path) => {
            setNaming(false);
            desk?.create(path);
            openFile(path);
          }}
        />
      )}
    </>
  );
}
