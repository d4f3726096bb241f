import type { GenerationCardFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './generation.module.css';

interface TemplatesProps {
  readonly templates: GenerationCardFragment['templates'];
}

/** The templates that were retrieved, behind a line that counts them. */
export function TemplateList({ templates }: TemplatesProps) {
  const text = useText();
  return (
    <details className={styles.templates}>
      <summary>
        {text.generation.templates} ({templates.length})
      </summary>
      <TemplateRows templates={templates} />
    </details>
  );
}

/** The best first, with how well each fits. */
export function TemplateRows({ templates }: TemplatesProps) {
  const text = useText();
  const formats = useFormats();
  return (
    <ol className={styles.matches}>
      {templates.map(({ score, template }) => (
        <li key={template?.id ?? score}>
          <span>{template?.title ?? '–'}</span>
          <span>{[template?.language, template?.framework].filter(Boolean).join(', ')}</span>
          <span>{text.generation.score(formats.score(score))}</span>
        </li>
      ))}
    </ol>
  );
}
