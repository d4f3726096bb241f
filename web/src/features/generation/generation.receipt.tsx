import { useQuery } from '@apollo/client/react';
import { Link } from 'react-router';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { GenerationCardFragmentDoc, GenerationReceiptDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import { toTalk } from './answer.segments.ts';
import styles from './generation.module.css';
import { BlueprintNote } from './provider.note.tsx';

interface GenerationReceiptProps {
  readonly projectId: string;
  readonly id: string;
  readonly onPrompt: (prompt: string) => void;
}

/** All there is to know of a generation. */
export function GenerationReceipt({ projectId, id, onPrompt }: GenerationReceiptProps) {
  const text = useText();
  const formats = useFormats();
  const { data, error } = useQuery(GenerationReceiptDocument, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  if (!data?.generation) return error ? <Failure error={error} /> : <Skeleton />;
  const generation = readFragment(GenerationCardFragmentDoc, data.generation);
  const { status, version, templates, createdAt, firstTokenAt, finishedAt, provider } = generation;
  const after = (iso: string) => formats.duration(new Date(iso).getTime() - new Date(createdAt).getTime());
  const facts: [string, React.ReactNode][] = [
    [text.generation.model, generation.model],
    [text.generation.provider, provider],
    [text.generation.promptTokens, formats.number(generation.promptTokens)],
    [text.generation.completionTokens, formats.number(generation.completionTokens)],
    [
      text.generation.cost,
      generation.costCents === null ? text.generation.costOpen : formats.cents(generation.costCents),
    ],
    [text.generation.started, formats.time(createdAt)],
    ...(firstTokenAt ? [[text.generation.firstToken, after(firstTokenAt)] as [string, string]] : []),
    ...(finishedAt ? [[text.generation.took, after(finishedAt)] as [string, string]] : []),
    ...templates.map(({ template, score }): [string, string] => [
      text.generation.templates,
      `${template?.title ?? '–'}, ${text.generation.score(formats.score(score))}`,
    ]),
  ];
  const talk = toTalk(generation.text);
  return (
    <div className={styles.page}>
      <h1>
        {text.generation.receipt}: {text.generation.status[status]}
      </h1>
      {provider === 'blueprint' && <BlueprintNote />}
      {generation.error && <Notice kind="error">{generation.error.message}</Notice>}
      <dl className={styles.facts}>
        {facts.map(([name, value], row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
          <Fact key={row} name={name} value={value} />
        ))}
      </dl>
      <h2>{text.generation.prompt}</h2>
      <p className={styles.quoted}>{generation.prompt}</p>
      <p>
        <Button size="small" look="quiet" onClick={() => onPrompt(generation.prompt)}>
          {text.generation.again}
        </Button>
      </p>
      <h2>{text.generation.changes}</h2>
      {version ? (
        <>
          <ul className={styles.files}>
            {version.changes.map(({ path, operation }) => (
              <li key={path}>
                <span>{text.versions.operation[operation]}</span>
                <span>{path}</span>
              </li>
            ))}
          </ul>
          <p>
            <Link to={`/p/${projectId}/v/${version.number}`}>{text.generation.showChanges(version.number)}</Link>
          </p>
        </>
      ) : (
        <p>{text.generation.noChanges}</p>
      )}
      {talk && (
        <>
          <h2>{text.generation.answer}</h2>
          <p className={styles.talk}>{talk}</p>
        </>
      )}
      <details className={styles.raw}>
        <summary>{text.generation.answerAsWritten}</summary>
        <pre className={styles.quoted}>{generation.text}</pre>
      </details>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
