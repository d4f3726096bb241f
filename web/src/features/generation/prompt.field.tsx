import { type RefObject, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { matches } from '../../app/keys.ts';
import { useText } from '../../text/text.tsx';
import { completeMention, findMention, findPaths, type Mention, toPathIndex } from './mention.ts';
import styles from './prompt.module.css';

const SHOWN = 30;

interface PromptFieldProps {
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly prompt: string;
  readonly placeholder: string;
  /** Files of the project, offered behind an `@`. */
  readonly paths: readonly string[];
  readonly onPrompt: (prompt: string) => void;
  /** A file was chosen; its path stands in the prompt already. */
  readonly onChoosePath: (path: string) => void;
  readonly onSend: () => void;
}

/** The text of a prompt. An `@` offers the files of the project; the keys stay in the field all the time. */
export function PromptField({ box, prompt, placeholder, paths, onPrompt, onChoosePath, onSend }: PromptFieldProps) {
  const text = useText();
  const id = useId();
  const listId = useId();
  const [mention, setMention] = useState<Mention | null>(null);
  const [index, setIndex] = useState(0);
  const dismissed = useRef<number | null>(null);
  const caret = useRef<number | null>(null);
  const isOpen = mention !== null && paths.length > 0;
  // Not before it is needed: five thousand paths take a moment to prepare.
  const prepared = useMemo(() => (isOpen ? toPathIndex(paths) : null), [isOpen, paths]);
  const found = useMemo(
    () => (prepared && mention ? findPaths(prepared, mention.query, SHOWN) : []),
    [prepared, mention],
  );
  const active = Math.min(index, found.length - 1);

  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  function look(field: HTMLTextAreaElement) {
    const isCaret = field.selectionStart === field.selectionEnd;
    const next = isCaret ? findMention(field.value, field.selectionStart) : null;
    if (next?.start !== dismissed.current) dismissed.current = null;
    const shown = next && dismissed.current === null ? next : null;
    if (shown?.query !== mention?.query) setIndex(0);
    setMention(shown);
  }

  function choose(path: string | undefined) {
    if (!mention || path === undefined) return;
    const completed = completeMention(prompt, mention, path);
    caret.current = completed.caret;
    setMention(null);
    onPrompt(completed.text);
    onChoosePath(path);
    box.current?.focus();
  }

  function onKeyDown(event: React.KeyboardEvent) {
    if (matches(event.nativeEvent, 'mod+Enter')) {
      event.preventDefault();
      setMention(null);
      return onSend();
    }
    if (!mention || !isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      event.preventDefault();
      dismissed.current = mention.start;
      setMention(null);
    } else if (found.length === 0) {
      // Nothing to choose: the keys are the text's.
    } else if (step) {
      event.preventDefault();
      setIndex((active + step + found.length) % found.length);
    } else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) {
      event.preventDefault();
      choose(found[active]);
    }
  }

  return (
    <>
      <label htmlFor={id} className="visually-hidden">
        {text.prompt.label}
      </label>
      <textarea
        id={id}
        ref={box}
        className={styles.box}
        rows={2}
        placeholder={placeholder}
        value={prompt}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={isOpen ? listId : undefined}
        aria-activedescendant={isOpen && found.length > 0 ? `${listId}-${active}` : undefined}
        onChange={({ target }) => {
          onPrompt(target.value);
          look(target);
        }}
        onSelect={({ currentTarget }) => look(currentTarget)}
        onBlur={() => setMention(null)}
        onKeyDown={onKeyDown}
      />
      {isOpen && <MentionList id={listId} paths={found} active={active} onPoint={setIndex} onChoose={choose} />}
      <span className="visually-hidden" role="status">
        {isOpen && text.prompt.found(found.length)}
      </span>
    </>
  );
}

interface MentionListProps {
  readonly id: string;
  readonly paths: readonly string[];
  readonly active: number;
  readonly onPoint: (index: number) => void;
  readonly onChoose: (path: string) => void;
}

function MentionList({ id, paths, active, onPoint, onChoose }: MentionListProps) {
  const text = useText();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  if (paths.length === 0) return <p className={`${styles.mentions} ${styles.none}`}>{text.files.noMatch}</p>;
  return (
    <div ref={list} id={id} role="listbox" aria-label={text.prompt.files} className={styles.mentions}>
      {paths.map((path, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={path}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          className={styles.mention}
          title={path}
          onPointerMove={() => onPoint(at)}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(path)}
        >
          <span className={styles.fileName}>{path.slice(path.lastIndexOf('/') + 1)}</span>
          <span className={styles.folder}>{path.slice(0, Math.max(0, path.lastIndexOf('/')))}</span>
        </div>
      ))}
    </div>
  );
}
