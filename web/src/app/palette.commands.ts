import { useQuery } from '@apollo/client/react';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { readFragment } from '../api/generated/fragment-masking.ts';
import { ProjectRowFragmentDoc, ProjectsDocument } from '../api/generated/graphql.ts';
import { useSession } from '../features/session/session.tsx';
import type { Messages } from '../text/messages.ts';
import { chooseLanguage, LANGUAGES, useFormats, useText } from '../text/text.tsx';
import { type Command, useOfferedCommands } from './commands.ts';
import { toKeyLabel } from './keys.ts';
import { setTheme, type Theme } from './theme.ts';
import { useDebounced } from './use.debounced.ts';

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];
const MAX_PROJECTS = 20;
const SEARCH_AFTER_MS = 150;

/** Addresses and their names, for who is signed in or out. */
function toPages(text: Messages, isIn: boolean): [to: string, name: string][] {
  const { shell, settings, notifications, projects } = text;
  if (!isIn) {
    return [
      ['/', shell.start],
      ['/sign-in', shell.signIn],
      ['/register', shell.register],
    ];
  }
  const sections = Object.entries(settings.sections).map(([section, name]): [string, string] => [
    `/settings/${section}`,
    `${shell.settings}: ${name}`,
  ]);
  return [
    ['/', projects.new],
    ['/projects', shell.projects],
    ['/templates', shell.templates],
    ['/usage', shell.usage],
    ['/billing', shell.billing],
    ['/notifications', notifications.title],
    ...sections,
  ];
}

/**
 * What the page in front offers, then what every page does: projects by name, the other pages, theme, language, keys.
 *
 * @param typed what was typed so far; projects are searched for by it
 */
export function usePaletteCommands(typed: string, onHelp: () => void): readonly Command[] {
  const text = useText();
  const { language } = useFormats();
  const navigate = useNavigate();
  const offered = useOfferedCommands();
  const { state, signOut } = useSession();
  const isIn = state === 'in';
  const projects = useProjectCommands(typed, isIn);
  const own = useMemo((): Command[] => {
    const { palette, shell } = text;
    const toCommand = (id: string, label: string, run: () => void): Command => ({ id, label, group: 'action', run });
    return [
      ...toPages(text, isIn).map(([to, name]) => toCommand(to, palette.goTo(name), () => void navigate(to))),
      ...THEMES.map((theme) => toCommand(theme, palette.theme(shell.theme[theme]), () => setTheme(theme))),
      ...LANGUAGES.filter(({ value }) => value !== language).map(({ value, label }) =>
        toCommand(value, palette.language(label), () => chooseLanguage(value)),
      ),
      { ...toCommand('help', palette.shortcuts, onHelp), keys: toKeyLabel('mod+/') },
      ...(isIn
        ? [toCommand('sign-out', shell.signOut, () => void signOut.run().then((isOut) => isOut && navigate('/')))]
        : []),
    ];
  }, [text, language, isIn, navigate, onHelp, signOut]);
  return useMemo(() => [...offered, ...projects, ...own], [offered, projects, own]);
}

function useProjectCommands(typed: string, isIn: boolean): readonly Command[] {
  const navigate = useNavigate();
  const search = useDebounced(typed.trim(), SEARCH_AFTER_MS);
  const { data, previousData } = useQuery(ProjectsDocument, {
    variables: { first: MAX_PROJECTS, search: search || null },
    skip: !isIn,
  });
  const found = (data ?? previousData)?.me.projects?.nodes;
  return useMemo(
    () =>
      readFragment(ProjectRowFragmentDoc, found ?? []).map(({ id, name }) => ({
        id,
        label: name,
        group: 'project' as const,
        run: () => void navigate(`/p/${id}`),
      })),
    [found, navigate],
  );
}
