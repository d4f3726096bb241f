import { useQuery } from '@apollo/client/react';
import { useNavigate } from 'react-router';
import { DiffPageDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import { DiffList } from './diff.list.tsx';
import { DiffModeChoice } from './diff.mode.choice.tsx';
import { useDiffMode } from './diff.mode.ts';
import styles from './version.module.css';

interface DiffViewProps {
  readonly projectId: string;
  readonly from: number;
  readonly to: number;
  readonly head: number;
  readonly onRevert: (path: string, version: number) => void;
}

/** What turns one version into another. */
export function DiffView({ projectId, from, to, head, onRevert }: DiffViewProps) {
  const text = useText();
  const navigate = useNavigate();
  const [mode, setMode] = useDiffMode();
  const { data, error } = useQuery(DiffPageDocument, { variables: { projectId, from, to }, errorPolicy: 'all' });
  const numbers = Array.from({ length: head + 1 }, (_, number) => head - number);
  const go = (one: number, other: number) => void navigate(`/p/${projectId}/diff/${one}..${other}`);
  const choice = (label: string, value: number, onChoose: (number: number) => void) => (
    <Select label={label} value={value} onChange={(event) => onChoose(Number(event.target.value))}>
      {numbers.map((number) => (
        <option key={number} value={number}>
          {text.versions.changes(number)}
        </option>
      ))}
    </Select>
  );
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <h1>{text.versions.diff(from, to)}</h1>
        <div className={styles.actions}>
          {choice(text.versions.from, from, (number) => go(number, to))}
          {choice(text.versions.to, to, (number) => go(from, number))}
          <DiffModeChoice mode={mode} onChoose={setMode} />
          <ButtonLink size="small" look="quiet" to={`/p/${projectId}`}>
            {text.versions.backToFiles}
          </ButtonLink>
        </div>
      </header>
      <Failure error={error} />
      {data?.project ? (
        <DiffList
          changes={data.project.diff}
          projectId={projectId}
          version={to}
          mode={mode}
          onRevert={to === head && from !== to ? (path) => onRevert(path, from) : null}
        />
      ) : (
        !error && (data ? <Empty>{text.errors.NOT_FOUND}</Empty> : <Skeleton />)
      )}
    </div>
  );
}
