import { useQuery } from '@apollo/client/react';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { type GenerationCardFragment, ReviewDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import { DiffList } from '../version/diff.list.tsx';
import { DiffModeChoice } from '../version/diff.mode.choice.tsx';
import { useDiffMode } from '../version/diff.mode.ts';
import { LeftAlone } from './generation.card.tsx';
import styles from './review.module.css';
import { useReview } from './use.review.ts';

interface ReviewViewProps {
  readonly projectId: string;
  readonly card: GenerationCardFragment;
}

/** Changes that wait: what they would do to each file, and the choice of those that reach the project. */
export function ReviewView({ projectId, card: { id, prompt, leftAlone } }: ReviewViewProps) {
  const text = useText();
  const [mode, setMode] = useDiffMode();
  const { data, error } = useQuery(ReviewDocument, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const review = useReview(id);
  const changes = data?.generation?.proposed;
  if (!changes) return error ? <Failure error={error} /> : <Skeleton />;
  const paths = changes.map(({ path }) => path);
  const chosen = paths.filter((path) => !dropped.has(path));

  function choose(path: string, isChosen: boolean) {
    const next = new Set(dropped);
    if (isChosen) next.delete(path);
    else next.add(path);
    setDropped(next);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the boxes below, each of which works without them
    <div className={styles.page} onKeyDown={(event) => onKey(event, choose)}>
      <header className={styles.top}>
        <div>
          <h1>{text.review.title}</h1>
          <p className={styles.prompt}>{prompt}</p>
          <p className={styles.hint}>{text.review.hint}</p>
        </div>
        <div className={styles.actions}>
          <DiffModeChoice mode={mode} onChoose={setMode} />
          <Button size="small" icon={X} disabled={review.isBusy} onClick={() => void review.reject()}>
            {text.review.reject}
          </Button>
          <Button
            size="small"
            look="primary"
            icon={Check}
            disabled={review.isBusy || chosen.length === 0}
            onClick={() => void review.accept(dropped.size === 0 ? null : chosen)}
          >
            {dropped.size === 0 ? text.review.acceptAll : text.review.acceptSome(chosen.length, paths.length)}
          </Button>
        </div>
      </header>
      <div className={styles.notices}>
        {review.conflicts.length === 0 && <Failure error={review.error} />}
        <Conflicts
          conflicts={review.conflicts}
          onLeaveOut={() => setDropped(new Set([...dropped, ...review.conflicts.map(({ path }) => path)]))}
        />
        <LeftAlone paths={leftAlone} />
      </div>
      <DiffList
        changes={changes}
        projectId={projectId}
        mode={mode}
        actions={(path) => (
          <Checkbox
            className={styles.box}
            data-path={path}
            label={text.review.takeShort}
            aria-label={text.review.take(path)}
            checked={!dropped.has(path)}
            onChange={({ target }) => choose(path, target.checked)}
          />
        )}
      />
    </div>
  );
}

interface ConflictsProps {
  readonly conflicts: ReturnType<typeof useReview>['conflicts'];
  readonly onLeaveOut: () => void;
}

/** Files that do not fit the project any more, and why. */
function Conflicts({ conflicts, onLeaveOut }: ConflictsProps) {
  const text = useText();
  if (conflicts.length === 0) return null;
  return (
    <Notice
      kind="warning"
      actions={
        <Button size="small" onClick={onLeaveOut}>
          {text.review.withoutConflicts}
        </Button>
      }
    >
      {text.review.conflict}
      <ul className={styles.conflicts}>
        {conflicts.map(({ path, problem }) => (
          <li key={path}>
            <code>{path}</code> {text.review.problem(problem)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** `j` and `k` go from file to file, `a` takes one and `r` drops it. */
function onKey(event: React.KeyboardEvent<HTMLElement>, choose: (path: string, isChosen: boolean) => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input[data-path]')];
  const at = boxes.indexOf(event.target as HTMLInputElement);
  const step = { j: 1, k: -1 }[event.key];
  if (step !== undefined) boxes[Math.max(0, Math.min(boxes.length - 1, at + step))]?.focus();
  const path = boxes[at]?.dataset.path;
  if (path !== undefined && (event.key === 'a' || event.key === 'r')) choose(path, event.key === 'a');
}
