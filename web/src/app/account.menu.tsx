import { type ReactElement, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../features/session/session.tsx';
import { chooseLanguage, LANGUAGES, useFormats, useText } from '../text/text.tsx';
import { Menu, MenuChoice, MenuItem, MenuLine, MenuLink } from '../ui/menu.tsx';
import { useDeployment } from './deployment.ts';
import { readTheme, setTheme, type Theme } from './theme.ts';

/** Pages of the signed-in person, and how the page looks to anyone. */
export default function AccountMenu({ trigger }: { readonly trigger: ReactElement<Record<string, unknown>> }) {
  const text = useText();
  const { language } = useFormats();
  const session = useSession();
  const navigate = useNavigate();
  const deployment = useDeployment();
  const [theme, chooseTheme] = useState<Theme>(readTheme);
  const themes: Theme[] = ['system', 'light', 'dark'];
  return (
    <Menu trigger={trigger} isOpenAtFirst>
      {session.state === 'in' && (
        <>
          <MenuLink to="/projects">{text.shell.projects}</MenuLink>
          <MenuLink to="/templates">{text.shell.templates}</MenuLink>
          <MenuLink to="/usage">{text.shell.usage}</MenuLink>
          <MenuLink to="/billing">{text.shell.billing}</MenuLink>
          <MenuLink to="/settings">{text.shell.settings}</MenuLink>
        </>
      )}
      {deployment?.graphiql && (
        <MenuItem onSelect={() => location.assign('/graphiql')} end="GraphiQL">
          {text.shell.api}
        </MenuItem>
      )}
      {(session.state === 'in' || deployment?.graphiql) && <MenuLine />}
      <MenuChoice
        label={text.shell.theme.label}
        value={theme}
        options={themes.map((value) => ({ value, label: text.shell.theme[value] }))}
        onChoose={(chosen) => {
          setTheme(chosen);
          chooseTheme(chosen);
        }}
      />
      <MenuChoice label={text.shell.language} value={language} options={LANGUAGES} onChoose={chooseLanguage} />
      {session.state === 'in' && (
        <>
          <MenuLine />
          <MenuItem
            end={session.me?.displayName}
            onSelect={() => void session.signOut.run().then((isOut) => isOut && navigate('/'))}
          >
            {text.shell.signOut}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
