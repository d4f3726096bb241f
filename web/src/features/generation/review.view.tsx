import { useQuery } from '@apollo/client/react';
import { Check, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { type GenerationCardFragment, ReviewDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import { DiffList } from '../version/diff.list.tsx';
import { DiffModeChoice } from '../version/diff.mode.choice.tsx';
import { useDiffMode } from '../version/diff.mode.ts';
import { toHunks } from '../version/hunks.ts';
import { toDiffLines } from '../version/unified.diff.ts';
import { LeftAlone } from './generation.card.tsx';
import { ReviewBox } from './review.box.tsx';
import styles from './review.module.css';
import { choose, NOTHING_DROPPED, type ReviewedFile, toDecision, toFileChoice } from './review.selection.ts';
import { type Conflict, useReview } from './use.review.ts';

interface ReviewViewProps {
  readonly projectId: string;
  readonly card: GenerationCardFragment;
}

/** Changes that wait: what they would do to each file, and the choice of files and hunks that reach the project. */
export function ReviewView({ projectId, card: { id, prompt, leftAlone } }: ReviewViewProps) {
  const text = useText();
  const navigate = useNavigate();
  const [mode, setMode] = useDiffMode();
  const { data, error } = useQuery(ReviewDocument, { variables: { id }, fetchPolicy: 'cache-and-network' });
  const [dropped, setDropped] = useState(NOTHING_DROPPED);
  const onParts = (from: number, to: number) => void navigate(`/p/${projectId}/diff/${from}..${to}`);
  const review = useReview({ id, projectId, prompt, onParts });
  const changes = data?.generation?.proposed;
  const files = useMemo(
    () =>
      new Map(
        changes?.map(({ path, operation, diff }): [string, ReviewedFile] => {
          const hunks = operation === 'EDIT' ? Math.max(1, toHunks(toDiffLines(diff)).length) : 1;
          return [path, { path, hunks }];
        }),
      ),
    [changes],
  );
  if (!changes) return error ? <Failure error={error} /> : <Skeleton />;

  /** A part of it is in the project, and the rest of it can no longer be. */
  const isSaved = (path: string) => review.saved?.paths.includes(path) ?? false;
  const take = (path: string, hunk: number | null, isTaken: boolean) => {
    // What is on its way is what the boxes show.
    if (review.isBusy || isSaved(path)) return;
    // A failure offers to try the decision again as it was. Conflicts do not, and say which files to leave out.
    if (review.conflicts.length === 0) review.forget();
    setDropped((now) => choose(now, files.get(path) ?? { path, hunks: 1 }, hunk, isTaken));
  };
  const decision = toDecision([...files.values()], dropped);
  const { whole, parts } = decision;
  const isAll = whole.length === files.size;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the boxes below, each of which works without them
    <div className={styles.page} onKeyDown={(event) => onKey(event, take)}>
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
            disabled={review.isBusy || whole.length + parts.length === 0}
            onClick={() => void review.accept(decision, isAll)}
          >
            {isAll
              ? text.review.acceptAll
              : parts.length > 0
                ? text.review.acceptParts
                : text.review.acceptSome(whole.length, files.size)}
          </Button>
        </div>
      </header>
      <div className={styles.notices}>
        {review.conflicts.length === 0 && <ActionFailure action={review.failed} />}
        <Conflicts
          conflicts={review.conflicts}
          onLeaveOut={() => {
            for (const { path } of review.conflicts) take(path, null, false);
          }}
        />
        {review.saved && (
          <Notice kind="info">{text.review.partsSaved(review.saved.paths.join(', '), review.saved.version)}</Notice>
        )}
        {parts.length > 0 && !review.saved && <Notice kind="info">{text.review.partsHow}</Notice>}
        <LeftAlone paths={leftAlone} />
      </div>
      <DiffList
        changes={changes}
        projectId={projectId}
        mode={mode}
        actions={(path) => {
          const file = files.get(path);
          return (
            file && (
              <ReviewBox
                path={path}
                label={text.review.take(path)}
                choice={toFileChoice(dropped, file)}
                disabled={isSaved(path)}
                onChoose={(isTaken) => take(path, null, isTaken)}
              />
            )
          );
        }}
        hunkActions={(path, { index, from, to }) =>
          (files.get(path)?.hunks ?? 1) > 1 && (
            <ReviewBox
              path={path}
              hunk={index}
              label={text.review.takeLines(from, to, path)}
              choice={dropped.get(path)?.has(index) ? 'none' : 'all'}
              disabled={isSaved(path)}
              onChoose={(isTaken) => take(path, index, isTaken)}
            >
              {text.review.lines(from, to)}
            </ReviewBox>
          )
        }
      />
    </div>
  );
}

interface ConflictsProps {
  readonly conflicts: readonly Conflict[];
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

/** `j` and `k` go from box to box, `a` takes what one stands for and `r` drops it. */
function onKey(
  event: React.KeyboardEvent<HTMLElement>,
  take: (path: string, hunk: number | null, isTaken: boolean) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input[data-path]:enabled')];
  const at = boxes.indexOf(event.target as HTMLInputElement);
  const step = { j: 1, k: -1 }[event.key];
  if (step !== undefined) boxes[Math.max(0, Math.min(boxes.length - 1, at + step))]?.focus();
  const { path, hunk } = boxes[at]?.dataset ?? {};
  if (path !== undefined && (event.key === 'a' || event.key === 'r'))
    take(path, hunk === undefined ? null : Number(hunk), event.key === 'a');
}
