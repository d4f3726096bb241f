import { useQuery } from '@apollo/client/react';
import { useEffect } from 'react';
import { GenerationProgressDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Notice } from '../../ui/notice.tsx';
import { joinTalk } from './answer.segments.ts';
import styles from './generation.module.css';
import { TemplateList } from './template.list.tsx';
import type { FollowedGeneration } from './use.generation.stream.ts';

const QUEUE_LOOK_MS = 3_000;

interface LiveCardProps {
  readonly id: string;
  readonly prompt: string;
  readonly followed: FollowedGeneration;
}

/** A generation at work: where it stands, the templates it found, and the files as they appear. */
export function LiveCard({ id, prompt, followed: { snapshot, connection } }: LiveCardProps) {
  const text = useText();
  const formats = useFormats();
  const { status, segments, files, tokensPerSecond } = snapshot;
  const isQueued = status === 'QUEUED';
  const { data, refetch } = useQuery(GenerationProgressDocument, {
    variables: { id },
    fetchPolicy: 'network-only',
    pollInterval: isQueued ? QUEUE_LOOK_MS : 0,
  });
  const hasText = snapshot.text !== '';
  useEffect(() => {
    // The templates are known once the model speaks; the card does without them, and the receipt has them.
    if (hasText) refetch().catch(() => undefined);
  }, [hasText, refetch]);
  const progress = data?.generation;
  const talk = joinTalk(segments);
  const open = files.findLast(({ bytes }) => bytes === null);
  const position = isQueued && progress?.queuePosition ? text.generation.position(progress.queuePosition) : null;
  return (
    <article className={styles.card} aria-busy="true">
      <p className={styles.prompt}>{prompt}</p>
      <div className={styles.answer}>
        <p className={styles.status} role="status">
          <span className={styles.pulse} aria-hidden="true" />
          {position ?? (open ? text.generation.writing(open.path) : text.generation.status[status])}
        </p>
        <ConnectionLine connection={connection} />
        {talk && <p className={styles.talk}>{talk}</p>}
        <ul className={styles.files}>
          {files.map(({ path, bytes }) => (
            <li key={path}>
              <span className={styles.mark} data-operation="WRITE" aria-hidden="true">
                {bytes === null ? '…' : '+'}
              </span>
              <span>{path}</span>
              {bytes !== null && <span className={styles.size}>{formats.bytes(bytes)}</span>}
            </li>
          ))}
        </ul>
        {progress && progress.templates.length > 0 && <TemplateList templates={progress.templates} />}
        <p className={styles.meta}>
          {progress && <span>{progress.model}</span>}
          {tokensPerSecond !== null && <span>{text.generation.rate(formats.number(tokensPerSecond))}</span>}
        </p>
      </div>
    </article>
  );
}

/** A prompt on its way, shown before the server has said anything. */
export function SendingCard({ prompt }: { readonly prompt: string }) {
  const text = useText();
  return (
    <article className={styles.card} aria-busy="true">
      <p className={styles.prompt}>{prompt}</p>
      <p className={styles.status} role="status">
        <span className={styles.pulse} aria-hidden="true" />
        {text.prompt.sending}
      </p>
    </article>
  );
}

/** Thin, and only when there is something to say. */
function ConnectionLine({ connection }: Pick<FollowedGeneration, 'connection'>) {
  const text = useText();
  if (connection === 'lost') return <Notice kind="warning">{text.generation.lost}</Notice>;
  if (connection === 'back') return <p className={styles.back}>{text.generation.back}</p>;
  if (connection === 'refused') return <Notice kind="warning">{text.generation.refused}</Notice>;
  return null;
}
