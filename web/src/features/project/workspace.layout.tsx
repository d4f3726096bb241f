import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { useMedia } from '../../app/use.media.ts';
import { useText } from '../../text/text.tsx';
import styles from './workspace.module.css';

type Part = 'chat' | 'files' | 'run' | 'versions';

interface WorkspaceLayoutProps {
  readonly notice: ReactNode;
  readonly prompt: ReactNode;
  readonly chat: ReactNode;
  readonly files: ReactNode;
  readonly middle: ReactNode;
  readonly run: ReactNode;
  readonly versions: ReactNode;
  /** The tab that comes to the front when it changes, on a narrow screen. */
  readonly front: Part;
  /** Changes with whatever the middle shows. */
  readonly address: string;
  /** How the last run went, in a word or two. */
  readonly runState: string | null;
}

/** Columns that can be resized and remember it; tabs with the prompt always below on a narrow screen. */
export function WorkspaceLayout(props: WorkspaceLayoutProps) {
  const isNarrow = useMedia('(width < 900px)');
  return (
    <div className={styles.workspace}>
      <div className={styles.notices}>{props.notice}</div>
      {isNarrow ? <Tabs {...props} /> : <Columns {...props} />}
    </div>
  );
}

function Columns({ prompt, chat, files, middle, run, versions }: WorkspaceLayoutProps) {
  const text = useText();
  const columns = useDefaultLayout({ id: 'workspace', storage: localStorage });
  return (
    <Group className={styles.columns} orientation="horizontal" {...columns}>
      <Panel id="chat" defaultSize="25%" minSize="240px" collapsible className={styles.chat}>
        {chat}
        <div className={styles.prompt}>{prompt}</div>
      </Panel>
      <Separator className={styles.separator} aria-label={text.workspace.resizeLeft} />
      <Panel id="middle" minSize="320px" className={styles.middle}>
        {files && (
          <nav className={styles.files} aria-label={text.files.title}>
            {files}
          </nav>
        )}
        <div className={styles.pane}>{middle}</div>
      </Panel>
      <Separator className={styles.separator} aria-label={text.workspace.resizeRight} />
      <Panel id="side" defaultSize="25%" minSize="240px" collapsible className={styles.side}>
        <div className={styles.run}>{run}</div>
        <div className={styles.versions}>{versions}</div>
      </Panel>
    </Group>
  );
}

function Tabs(props: WorkspaceLayoutProps) {
  const { prompt, chat, files, middle, run, versions, front, address, runState } = props;
  const text = useText();
  const [part, setPart] = useState<Part>(front);
  const shown = useRef(address);
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    setPart(front);
  }, [address, front]);
  const parts: Record<Part, ReactNode> = {
    chat,
    files: (
      <div className={styles.stack}>
        <nav className={styles.shortFiles} aria-label={text.files.title}>
          {files}
        </nav>
        <div className={styles.pane}>{middle}</div>
      </div>
    ),
    run,
    versions:
      front === 'versions' ? (
        <div className={styles.stack}>
          <div className={styles.shortVersions}>{versions}</div>
          <div className={styles.pane}>{middle}</div>
        </div>
      ) : (
        versions
      ),
  };
  return (
    <div className={styles.narrow}>
      <div className={styles.tabs} role="tablist">
        {(Object.keys(parts) as Part[]).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === part}
            aria-controls="tab-panel"
            onClick={() => setPart(name)}
          >
            {text.workspace.tabs[name]}
            {name === 'run' && runState && <span className={styles.runState}>{runState}</span>}
          </button>
        ))}
      </div>
      <div className={styles.tabPanel} id="tab-panel" role="tabpanel" aria-labelledby={`tab-${part}`}>
        {parts[part]}
      </div>
      <div className={styles.prompt}>{prompt}</div>
    </div>
  );
}
