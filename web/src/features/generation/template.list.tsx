import type { GenerationCardFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './generation.module.css';

/** The templates that were retrieved, the best first, with how well they fit. */
export function TemplateList({ templates }: { readonly templates: GenerationCardFragment['templates'] }) {
  const text = useText();
  const formats = useFormats();
  return (
    <details className={styles.templates}>
      <summary>
        {text.generation.templates} ({templates.length})
      </summary>
      <ol>
        {templates.map(({ score, template }) => (
          <li key={template?.id ?? score}>
            <span>{template?.title ?? '–'}</span>
            <span>{[template?.language, template?.framework].filter(Boolean).join(', ')}</span>
            <span>{text.generation.score(formats.score(score))}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
