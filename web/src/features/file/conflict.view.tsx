import { useMemo, useState } from 'react';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Segments } from '../../ui/segments.tsx';
import styles from './conflict.module.css';
import type { OpenFile } from './file.desk.ts';
import { mergeTexts } from './merge.texts.ts';
import { TwoTexts } from './two.texts.tsx';

interface ConflictViewProps {
  readonly file: OpenFile;
  readonly onEdit: (text: string) => void;
  /** Replaces the edited side. */
  readonly onReplace: (text: string) => void;
  readonly onTakeTheirs: () => void;
  readonly onSaveMine: () => void;
}

type Side = 'theirs' | 'base';

/**
 * A file that was changed here and elsewhere: the edited side beside the project's, or beside what both began from. Neither
 * is given up by itself.
 */
export default function ConflictView({ file, onEdit, onReplace, onTakeTheirs, onSaveMine }: ConflictViewProps) {
  const text = useText();
  const [side, setSide] = useState<Side>('theirs');
  const { path, conflict, base, revision } = file;
  const theirs = conflict?.theirs?.content ?? '';
  const merged = useMemo(
    () =>
      base?.content != null && conflict?.theirs?.content != null ? mergeTexts(base.content, file.text, theirs) : null,
    [base, conflict, file.text, theirs],
  );
  const version = conflict?.version ?? 0;
  const theirsLabel = conflict?.theirs
    ? text.conflict.theirs(version)
    : `${text.conflict.theirs(version)}: ${text.conflict.theirsGone}`;
  const leftLabel = side === 'theirs' ? theirsLabel : text.conflict.base;
  return (
    <div className={styles.conflict}>
      <Notice
        kind="warning"
        actions={
          <div className={styles.actions}>
            {merged !== null && merged !== file.text && (
              <Button size="small" onClick={() => onReplace(merged)}>
                {text.conflict.merge}
              </Button>
            )}
            <Button size="small" onClick={onTakeTheirs}>
              {text.conflict.takeTheirs}
            </Button>
            <Button size="small" look="primary" onClick={onSaveMine}>
              {text.conflict.saveMine}
            </Button>
          </div>
        }
      >
        <strong>{text.conflict.title(path)}.</strong> {text.conflict.body}{' '}
        {merged === null ? text.conflict.overlap : text.conflict.apart}
      </Notice>
      <div className={styles.labels}>
        <Segments
          label={text.conflict.compare}
          value={side}
          options={[
            { value: 'theirs', label: theirsLabel },
            { value: 'base', label: text.conflict.base },
          ]}
          onChoose={setSide}
        />
        <span>{text.conflict.mine}</span>
      </div>
      <TwoTexts
        key={`${side}:${revision}`}
        path={path}
        left={{ label: leftLabel, text: side === 'theirs' ? theirs : (base?.content ?? '') }}
        right={{ label: text.conflict.mine, text: file.text }}
        onEdit={onEdit}
      />
    </div>
  );
}
