import { useId, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../features/session/session.tsx';
import { useText } from '../text/text.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type Command, useOfferedCommands } from './commands.ts';
import { toKeyLabel } from './keys.ts';
import styles from './palette.module.css';
import { setTheme, type Theme } from './theme.ts';

const MAX_SHOWN = 50;

/** Each word of what was typed occurs in the label, in any order. */
export function toMatches(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).slice(0, MAX_SHOWN);
}

export default function Palette(props: { readonly onClose: () => void; readonly onHelp: () => void }) {
  const { onClose, onHelp } = props;
  const text = useText();
  const navigate = useNavigate();
  const offered = useOfferedCommands();
  const { state } = useSession();
  const [typed, setTyped] = useState('');
  const [index, setIndex] = useState(0);
  const listId = useId();

  const commands = useMemo(() => {
    const pages: [string, string][] =
      state === 'in'
        ? [
            ['/projects', text.shell.projects],
            ['/usage', text.shell.usage],
            ['/settings', text.shell.settings],
          ]
        : [
            ['/sign-in', text.shell.signIn],
            ['/register', text.shell.register],
          ];
    const own: Command[] = [
      ...pages.map(
        ([to, label]): Command => ({
          id: to,
          label: text.palette.goTo(label),
          group: 'action',
          run: () => void navigate(to),
        }),
      ),
      ...(['light', 'dark', 'system'] as Theme[]).map(
        (theme): Command => ({
          id: theme,
          label: text.palette.theme(text.shell.theme[theme]),
          group: 'action',
          run: () => setTheme(theme),
        }),
      ),
      { id: 'help', label: text.palette.shortcuts, group: 'action', keys: toKeyLabel('mod+/'), run: onHelp },
    ];
    return [...offered, ...own];
  }, [offered, state, text, navigate, onHelp]);

  const shown = toMatches(commands, typed);
  const active = Math.min(index, shown.length - 1);

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
    <Dialog title={text.palette.title} isOpen onClose={onClose} isBare>
      <input
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
      <div id={listId} role="listbox" aria-label={text.palette.title} className={styles.list}>
        {shown.map((command, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys
          <div
            key={`${command.group}:${command.id}`}
            id={`${listId}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            className={styles.option}
            ref={at === active ? (option) => option?.scrollIntoView({ block: 'nearest' }) : null}
            onPointerMove={() => setIndex(at)}
            onClick={() => choose(command)}
          >
            <span className={styles.label}>{command.label}</span>
            <span className={styles.kind}>{command.keys ?? text.palette[command.group]}</span>
          </div>
        ))}
        {shown.length === 0 && <p className={styles.none}>{text.palette.none}</p>}
      </div>
    </Dialog>
  );
}
