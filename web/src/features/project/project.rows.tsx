import { Link } from 'react-router';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { ProjectRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './project.rows.module.css';

/** Projects as lines that lead to them. */
export function ProjectRows({
  projects,
}: {
  readonly projects: readonly FragmentType<typeof ProjectRowFragmentDoc>[];
}) {
  const text = useText();
  const formats = useFormats();
  return (
    <ul className={styles.rows}>
      {readFragment(ProjectRowFragmentDoc, projects).map(({ id, name, language, framework, updatedAt, head }) => (
        <li key={id}>
          <Link to={`/p/${id}`} className={styles.row}>
            <span className={styles.name}>{name}</span>
            <span className={styles.meta}>
              {[language, framework, `v${head.number}`].filter(Boolean).join(' · ')}
              {' · '}
              <time dateTime={updatedAt} title={formats.time(updatedAt)}>
                {text.projects.changed(formats.ago(updatedAt))}
              </time>
            </span>
            {head.message !== name && <span className={styles.last}>{head.message}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}
