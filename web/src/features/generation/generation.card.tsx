import { Info, Lock } from 'lucide-react';
import { Link } from 'react-router';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { type GenerationCardFragment, GenerationCardFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toTalk } from './answer.segments.ts';
import { ChangedFiles } from './changed.files.tsx';
import { ContextFiles } from './context.files.tsx';
import styles from './generation.module.css';
import { BlueprintNote } from './provider.note.tsx';
import { TemplateList } from './template.list.tsx';

/** The ways on from a prompt that came to nothing. */
export interface Again {
  /** Puts it into the box. */
  readonly onAgain: (prompt: string) => void;
  /** Sends it with room for a longer answer. */
  readonly onLonger: (prompt: string, maxTokens: number) => void;
  /** That length, in tokens. */
  readonly longer: number;
}

interface GenerationCardProps {
  readonly again: Again;
  readonly projectId: string;
  /** The newest one explains what is the same in all. */
  readonly isNewest: boolean;
  readonly generation: FragmentType<typeof GenerationCardFragmentDoc>;
}

/** A prompt and what came of it. */
export function GenerationCard({ projectId, isNewest, again, generation }: GenerationCardProps) {
  const card = readFragment(GenerationCardFragmentDoc, generation);
  return (
    <article className={styles.card}>
      <p className={styles.prompt}>{card.prompt}</p>
      <div className={styles.answer}>
        <Answer projectId={projectId} card={card} isNewest={isNewest} again={again} />
        <Receipt projectId={projectId} card={card} />
      </div>
    </article>
  );
}

interface PartProps {
  readonly projectId: string;
  readonly card: GenerationCardFragment;
}

function Answer({ projectId, card, isNewest, again }: PartProps & Pick<GenerationCardProps, 'isNewest' | 'again'>) {
  const text = useText();
  const { status, text: answer, version, provider } = card;
  const talk = toTalk(answer);
  return (
    <>
      {provider === 'blueprint' && status === 'COMPLETED'
        ? isNewest && <BlueprintNote />
        : talk && <Markdown text={talk} />}
      {status === 'FAILED' && <FailedNote card={card} again={again} />}
      {status === 'CANCELLED' && (
        <Notice
          kind="info"
          actions={
            <Button size="small" onClick={() => again.onAgain(card.prompt)}>
              {text.generation.again}
            </Button>
          }
        >
          {text.generation.stoppedKept}
        </Notice>
      )}
      {status === 'REVIEW' && (
        <Notice
          kind="warning"
          actions={
            <ButtonLink size="small" look="primary" to={`/p/${projectId}/g/${card.id}`}>
              {text.review.open}
            </ButtonLink>
          }
        >
          {text.review.waits}
        </Notice>
      )}
      {version && <ChangedFiles projectId={projectId} changes={version.changes} />}
      <LeftAlone paths={card.leftAlone} />
      <ContextFiles projectId={projectId} paths={card.contextPaths} />
    </>
  );
}

/** Locked files that the model wanted to change. */
export function LeftAlone({ paths }: { readonly paths: readonly string[] }) {
  const text = useText();
  if (paths.length === 0) return null;
  return (
    <p className={styles.meta}>
      <Lock size={13} aria-hidden />
      <span>{text.review.leftAlone(paths.join(', '))}</span>
    </p>
  );
}

/** Why nothing came of it, and what to do. */
function FailedNote({ card: { prompt, error, version }, again }: Pick<PartProps, 'card'> & { readonly again: Again }) {
  const text = useText();
  const formats = useFormats();
  const isTooLong = error?.code === 'GENERATION_TRUNCATED';
  return (
    <Notice
      kind="error"
      actions={
        <Button size="small" onClick={() => (isTooLong ? again.onLonger(prompt, again.longer) : again.onAgain(prompt))}>
          {isTooLong ? text.generation.longer(formats.number(again.longer)) : text.generation.again}
        </Button>
      }
    >
      {error?.message ?? text.generation.status.FAILED} {!version && text.generation.failedKept}
    </Notice>
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
