import { type RefObject, useCallback, useId, useState } from 'react';
import { useText } from '../text/text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { Command } from './commands.ts';
import { usePaletteCommands } from './palette.commands.ts';
import styles from './palette.module.css';

const MAX_SHOWN = 50;

/** Each word of what was typed occurs in the label, in any order. */
export function toMatches(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, MAX_SHOWN);
}

interface PaletteProps {
  /** What was typed before it was there. */
  readonly typedFirst: RefObject<string>;
  /** The field has the focus from now on. */
  readonly onReady: () => void;
  /** What had the focus when it was called. */
  readonly returnTo: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

/** All commands behind one key, chosen by typing. */
export default function Palette({ typedFirst, returnTo, onReady, onClose, onHelp }: PaletteProps) {
  const text = useText();
  const [typed, setTyped] = useState('');
  const [index, setIndex] = useState(0);
  const listId = useId();
  const shown = toMatches(usePaletteCommands(typed, onHelp), typed);
  const active = Math.min(index, shown.length - 1);
  const takeOver = useCallback(
    (input: HTMLInputElement | null) => {
      if (!input) return;
      setTyped(typedFirst.current);
      input.focus();
      onReady();
    },
    [typedFirst, onReady],
  );

  function choose(command: Command | undefined) {
    if (!command) return;
    onClose();
    // After the dialog has given the focus back, so that the command may move it.
    setTimeout(() => command.run());
  }

  function onKeyDown(event: React.KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length > 0) {
      event.preventDefault();
      setIndex((active + step + shown.length) % shown.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(shown[active]);
    }
  }

  return (
    <Dialog title={text.palette.title} isOpen onClose={onClose} isBare returnTo={returnTo}>
      <input
        ref={takeOver}
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown[active] && `${listId}-${active}`}
        aria-label={text.palette.placeholder}
        placeholder={text.palette.placeholder}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setIndex(0);
        }}
        onKeyDown={onKeyDown}
      />
      <CommandList id={listId} commands={shown} active={active} onPoint={setIndex} onChoose={choose} />
    </Dialog>
  );
}

interface CommandListProps {
  readonly id: string;
  readonly commands: readonly Command[];
  /** The line that Enter chooses; -1 when there is none. */
  readonly active: number;
  readonly onPoint: (index: number) => void;
  readonly onChoose: (command: Command) => void;
}

function CommandList({ id, commands, active, onPoint, onChoose }: CommandListProps) {
  const text = useText();
  return (
    <div id={id} role="listbox" aria-label={text.palette.title} className={styles.list}>
      {commands.map((command, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys
        <div
          key={`${command.group}:${command.id}`}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          className={styles.option}
          ref={at === active ? (option) => option?.scrollIntoView({ block: 'nearest' }) : null}
          onPointerMove={() => onPoint(at)}
          onClick={() => onChoose(command)}
        >
          <span className={styles.label}>{command.label}</span>
          <span className={styles.kind}>{command.keys ?? text.palette[command.group]}</span>
        </div>
      ))}
      {commands.length === 0 && <p className={styles.none}>{text.palette.none}</p>}
    </div>
  );
}
