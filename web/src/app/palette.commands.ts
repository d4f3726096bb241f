import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../features/session/session.tsx';
import { useText } from '../text/text.tsx';
import { type Command, useOfferedCommands } from './commands.ts';
import { toKeyLabel } from './keys.ts';
import { setTheme, type Theme } from './theme.ts';

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];

/** What the page in front offers, then what every page does: the other pages, the theme, the list of keys. */
export function usePaletteCommands(onHelp: () => void): readonly Command[] {
  const text = useText();
  const navigate = useNavigate();
  const offered = useOfferedCommands();
  const { state } = useSession();
  return useMemo(() => {
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
    return [
      ...offered,
      ...pages.map(
        ([to, label]): Command => ({
          id: to,
          label: text.palette.goTo(label),
          group: 'action',
          run: () => void navigate(to),
        }),
      ),
      ...THEMES.map(
        (theme): Command => ({
          id: theme,
          label: text.palette.theme(text.shell.theme[theme]),
          group: 'action',
          run: () => setTheme(theme),
        }),
      ),
      { id: 'help', label: text.palette.shortcuts, group: 'action', keys: toKeyLabel('mod+/'), run: onHelp },
    ];
  }, [offered, state, text, navigate, onHelp]);
}
