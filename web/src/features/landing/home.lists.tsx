import { Link } from 'react-router';
import type { HomeQuery } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Empty } from '../../ui/notice.tsx';
import { ProjectRows } from '../project/project.rows.tsx';
import styles from './landing.module.css';

type Home = HomeQuery['me'];

interface HomeListsProps {
  readonly projects: NonNullable<Home['projects']>;
  readonly running: NonNullable<Home['generations']>['nodes'];
}

/** What is at work, and the projects that changed last. */
export function HomeLists({ projects, running }: HomeListsProps) {
  const text = useText();
  return (
    <>
      {running.length > 0 && (
        <section className={styles.list} aria-labelledby="running">
          <h2 id="running">{text.landing.running}</h2>
          <ul>
            {running.map(({ id, prompt, status, project }) => (
              <li key={id} className={styles.work}>
                {project ? <Link to={`/p/${project.id}`}>{project.name}</Link> : <span />}
                <span>{prompt}</span>
                <span>{text.generation.status[status]}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className={styles.list} aria-labelledby="recent">
        <h2 id="recent">{text.landing.recent}</h2>
        {projects.nodes.length > 0 ? <ProjectRows projects={projects.nodes} /> : <Empty>{text.landing.none}</Empty>}
      </section>
    </>
  );
}
