import { NavLink, useParams } from 'react-router';
import { NotFoundPage } from '../../app/error.pages.tsx';
import { useTitle } from '../../app/title.ts';
import { useText } from '../../text/text.tsx';
import { ApiKeySection } from './api-key.section.tsx';
import { AppearanceSection } from './appearance.section.tsx';
import { ModelSection } from './model.section.tsx';
import { PreferenceSection } from './preference.section.tsx';
import { ProfileSection } from './profile.section.tsx';
import { SecuritySection } from './security.section.tsx';
import styles from './settings.module.css';

const SECTIONS = {
  profile: ProfileSection,
  security: SecuritySection,
  keys: ApiKeySection,
  notifications: PreferenceSection,
  models: ModelSection,
  appearance: AppearanceSection,
};
type SectionName = keyof typeof SECTIONS;

/** `/settings/:section`. */
export default function SettingsPage() {
  const text = useText();
  const { section = 'profile' } = useParams();
  const name = Object.hasOwn(SECTIONS, section) ? (section as SectionName) : null;
  useTitle(name ? text.settings.sections[name] : text.settings.title);
  if (!name) return <NotFoundPage />;
  const Section = SECTIONS[name];
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{text.settings.title}</h1>
      <nav className={styles.nav} aria-label={text.settings.title}>
        {(Object.keys(SECTIONS) as SectionName[]).map((key) => (
          <NavLink key={key} to={`/settings/${key}`} className={key === name ? styles.current : undefined}>
            {text.settings.sections[key]}
          </NavLink>
        ))}
      </nav>
      <div className={styles.section}>
        <Section />
      </div>
    </div>
  );
}
