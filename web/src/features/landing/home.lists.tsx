import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { HomeDocument, type HomeQuery } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { TERMINAL } from '../generation/generation.stream.ts';
import { ProjectRows } from '../project/project.rows.tsx';
import styles from './landing.module.css';

type Home = HomeQuery['me'];

/** What is at work, and the projects that changed last. */
export default function HomeLists() {
  const { data, error } = useQuery(HomeDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  if (!data) return error ? <Failure error={error} /> : <Skeleton />;
  const { projects, generations } = data.me;
  const running = (generations?.nodes ?? []).filter(({ status }) => !TERMINAL.has(status));
  return (
    <>
      <Failure error={error} />
      {running.length > 0 && <Running generations={running} />}
      {projects && <Recent projects={projects} />}
    </>
  );
}

function Running({ generations }: { readonly generations: NonNullable<Home['generations']>['nodes'] }) {
  const text = useText();
  return (
    <section className={styles.list} aria-labelledby="running">
      <h2 id="running">{text.landing.running}</h2>
      <ul>
        {generations.map(({ id, prompt, status, project }) => (
          <li key={id} className={styles.work}>
            {project ? <Link to={`/p/${project.id}`}>{project.name}</Link> : <span />}
            <span>{prompt}</span>
            <span>{text.generation.status[status]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Recent({ projects: { nodes, totalCount } }: { readonly projects: NonNullable<Home['projects']> }) {
  const text = useText();
  return (
    <section className={styles.list} aria-labelledby="recent">
      <h2 id="recent">{text.landing.recent}</h2>
      {nodes.length > 0 ? <ProjectRows projects={nodes} /> : <Empty>{text.landing.none}</Empty>}
      {totalCount > nodes.length && (
        <p>
          <Link to="/projects">{text.landing.all(String(totalCount))}</Link>
        </p>
      )}
    </section>
  );
}
