import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  type GenerationCardFragment,
  GenerationCardFragmentDoc,
  GenerationReceiptDocument,
  type GenerationReceiptQuery,
} from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import { toTalk } from './answer.segments.ts';
import { ChangedFiles } from './changed.files.tsx';
import { ContextPaths } from './context.files.tsx';
import { LeftAlone } from './generation.card.tsx';
import styles from './generation.module.css';
import { BlueprintNote } from './provider.note.tsx';
import { ReviewView } from './review.view.tsx';
import { TemplateRows } from './template.list.tsx';

interface GenerationReceiptProps {
  readonly projectId: string;
  readonly id: string;
  readonly onPrompt: (prompt: string) => void;
}

/** All there is to know of a generation. */
export function GenerationReceipt({ projectId, id, onPrompt }: GenerationReceiptProps) {
  const text = useText();
  const { data, error } = useQuery(GenerationReceiptDocument, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  if (!data?.generation) return error ? <Failure error={error} /> : <Skeleton />;
  const card = readFragment(GenerationCardFragmentDoc, data.generation);
  const { status, version, templates, provider, prompt } = card;
  const talk = toTalk(card.text);
  if (status === 'REVIEW') return <ReviewView key={card.id} projectId={projectId} card={card} />;
  return (
    <div className={styles.page}>
      <h1>
        {text.generation.receipt}: {text.generation.status[status]}
      </h1>
      {provider === 'blueprint' && <BlueprintNote />}
      {card.error && (
        <Notice kind="error">
          {card.error.message} {!version && text.generation.failedKept}
        </Notice>
      )}
      <Facts card={card} lastRun={data.generation.version?.lastRun ?? null} />
      <h2>{text.generation.prompt}</h2>
      <p className={styles.quoted}>{prompt}</p>
      <p>
        <Button size="small" onClick={() => onPrompt(prompt)}>
          {text.generation.again}
        </Button>
      </p>
      <h2>{text.generation.changes}</h2>
      {version ? (
        <>
          <ChangedFiles projectId={projectId} changes={version.changes} />
          <p>
            <Link to={`/p/${projectId}/v/${version.number}`}>{text.generation.showChanges(version.number)}</Link>
          </p>
        </>
      ) : (
        <p>{text.generation.noChanges}</p>
      )}
      <LeftAlone paths={card.leftAlone} />
      <Context projectId={projectId} card={card} />
      {templates.length > 0 && (
        <>
          <h2>{text.generation.templates}</h2>
          <TemplateRows templates={templates} />
        </>
      )}
      {talk && (
        <>
          <h2>{text.generation.answer}</h2>
          <Markdown text={talk} />
        </>
      )}
      <details className={styles.raw}>
        <summary>{text.generation.answerAsWritten}</summary>
        <pre className={styles.quoted}>{card.text}</pre>
      </details>
    </div>
  );
}

/** The files that the model saw, or that it saw none. */
function Context({
  projectId,
  card: { contextPaths },
}: {
  readonly projectId: string;
  readonly card: GenerationCardFragment;
}) {
  const text = useText();
  return (
    <>
      <h2>{text.generation.saw(contextPaths.length)}</h2>
      {contextPaths.length > 0 && <ContextPaths projectId={projectId} paths={contextPaths} />}
    </>
  );
}

type LastRun = NonNullable<NonNullable<GenerationReceiptQuery['generation']>['version']>['lastRun'];

interface FactsProps {
  readonly card: GenerationCardFragment;
  readonly lastRun: LastRun;
}

function Facts({ card, lastRun }: FactsProps) {
  const text = useText();
  const formats = useFormats();
  const { createdAt, firstTokenAt, finishedAt, costCents } = card;
  const after = (iso: string) => formats.duration(new Date(iso).getTime() - new Date(createdAt).getTime());
  const facts: [string, string | null | undefined][] = [
    [text.generation.model, card.model === card.provider ? card.model : `${card.model} (${card.provider})`],
    [text.generation.promptTokens, formats.number(card.promptTokens)],
    [text.generation.completionTokens, formats.number(card.completionTokens)],
    [text.generation.cost, costCents === null ? text.generation.costOpen : formats.cents(costCents)],
    [text.generation.started, formats.time(createdAt)],
    [text.generation.firstToken, firstTokenAt && after(firstTokenAt)],
    [text.generation.took, finishedAt && after(finishedAt)],
    [
      text.generation.ran,
      lastRun?.outcome &&
        text.run.outcome[lastRun.outcome](lastRun.exitCode, formats.duration(lastRun.durationMs ?? 0)),
    ],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
