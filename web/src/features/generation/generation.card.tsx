import { Info } from 'lucide-react';
import { Link } from 'react-router';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { type GenerationCardFragment, GenerationCardFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toTalk } from './answer.segments.ts';
import { ChangedFiles } from './changed.files.tsx';
import styles from './generation.module.css';
import { BlueprintNote } from './provider.note.tsx';
import { TemplateList } from './template.list.tsx';

interface GenerationCardProps {
  readonly projectId: string;
  /** The newest one explains what is the same in all. */
  readonly isNewest: boolean;
  readonly generation: FragmentType<typeof GenerationCardFragmentDoc>;
}

/** A prompt and what came of it. */
export function GenerationCard({ projectId, isNewest, generation }: GenerationCardProps) {
  const card = readFragment(GenerationCardFragmentDoc, generation);
  return (
    <article className={styles.card}>
      <p className={styles.prompt}>{card.prompt}</p>
      <div className={styles.answer}>
        <Answer projectId={projectId} card={card} isNewest={isNewest} />
        <Receipt projectId={projectId} card={card} />
      </div>
    </article>
  );
}

interface PartProps {
  readonly projectId: string;
  readonly card: GenerationCardFragment;
}

function Answer({ projectId, card, isNewest }: PartProps & Pick<GenerationCardProps, 'isNewest'>) {
  const text = useText();
  const { status, error, text: answer, version, provider } = card;
  const talk = toTalk(answer);
  return (
    <>
      {provider === 'blueprint' && status === 'COMPLETED'
        ? isNewest && <BlueprintNote />
        : talk && <Markdown text={talk} />}
      {status === 'FAILED' && (
        <Notice kind="error">
          {error?.message ?? text.generation.status.FAILED} {!version && text.generation.failedKept}
        </Notice>
      )}
      {status === 'CANCELLED' && <Notice kind="info">{text.generation.stoppedKept}</Notice>}
      {version && <ChangedFiles projectId={projectId} changes={version.changes} />}
    </>
  );
}

/** What it cost, in one line that leads to the whole receipt. */
function Receipt({ projectId, card }: PartProps) {
  const text = useText();
  const formats = useFormats();
  const { id, status, model, version, templates, completionTokens, costCents, createdAt, finishedAt } = card;
  const tookMs = finishedAt ? new Date(finishedAt).getTime() - new Date(createdAt).getTime() : null;
  return (
    <footer className={styles.receipt}>
      {templates.length > 0 && <TemplateList templates={templates} />}
      <p className={styles.meta}>
        <span>{status === 'COMPLETED' ? model : `${text.generation.status[status]} · ${model}`}</span>
        <span>{text.generation.tokens(formats.number(completionTokens))}</span>
        {costCents !== null && <span>{formats.cents(costCents)}</span>}
        {tookMs !== null && <span>{formats.duration(tookMs)}</span>}
        {version && (
          <Link to={`/p/${projectId}/v/${version.number}`} className={styles.more}>
            v{version.number}
            <span className="visually-hidden">{text.generation.showChanges(version.number)}</span>
          </Link>
        )}
        <Link to={`/p/${projectId}/g/${id}`} className={styles.more}>
          <Info size={13} aria-hidden />
          {text.generation.receipt}
        </Link>
      </p>
    </footer>
  );
}
