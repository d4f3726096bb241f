import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { DeleteTemplateDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { ActionFailure } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { forgetOwnTemplate } from './own.templates.ts';
import styles from './template.module.css';
import { type FoundTemplate, useTemplate } from './use.template.ts';

interface TemplateRowProps {
  readonly template: FoundTemplate;
  readonly score: number;
  /** Whether it was added in this browser. */
  readonly isOwn: boolean;
  readonly onDeleted: () => void;
}

/** A template with how well it fits, its files, and what can be done with it. */
export function TemplateRow({ template, score, isOwn, onDeleted }: TemplateRowProps) {
  const text = useText();
  const formats = useFormats();
  const [isAsking, setAsking] = useState(false);
  const use = useTemplate();
  const { title, description, language, framework, files } = template;
  return (
    <article className={styles.template} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {isOwn && <span className={page.badge}>{text.templates.yours}</span>}
        <span className={page.soft}>{[language, framework].filter(Boolean).join(', ')}</span>
        <span className={page.soft}>{text.generation.score(formats.score(score))}</span>
        <span className={page.end}>
          <Button
            size="small"
            look="quiet"
            aria-label={text.templates.deleteLong(title)}
            onClick={() => setAsking(true)}
          >
            {text.templates.delete}
          </Button>
          <Button
            size="small"
            aria-label={text.templates.useLong(title)}
            disabled={use.isBusy}
            onClick={() => void use.run(template)}
          >
            {text.templates.use}
          </Button>
        </span>
      </header>
      <p>{description}</p>
      <ActionFailure action={use} />
      <Files files={files} />
      {isAsking && (
        <DeleteDialog
          template={template}
          onClose={() => setAsking(false)}
          onDeleted={() => {
            setAsking(false);
            onDeleted();
          }}
        />
      )}
    </article>
  );
}

function Files({ files }: Pick<FoundTemplate, 'files'>) {
  const text = useText();
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  return (
    <details className={styles.files}>
      <summary>{text.templates.files(files.length)}</summary>
      {files.map(({ path, content }) => (
        <details
          key={path}
          onToggle={({ currentTarget: { open } }) => open && setShown((now) => new Set(now).add(path))}
        >
          <summary className={styles.path}>{path}</summary>
          {shown.has(path) && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
            <section className={styles.content} tabIndex={0} aria-label={path}>
              <pre>{content}</pre>
            </section>
          )}
        </details>
      ))}
    </details>
  );
}

interface DeleteDialogProps {
  readonly template: FoundTemplate;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Whose a template is, the server says: it refuses those that are everybody's. */
function DeleteDialog({ template: { id, title }, onClose, onDeleted }: DeleteDialogProps) {
  const text = useText();
  const [send] = useMutation(DeleteTemplateDocument);
  const remove = useAction(async () => {
    await send({ variables: { id } });
    forgetOwnTemplate(id);
    onDeleted();
  });
  return (
    <Dialog title={text.templates.deleteTitle(title)} isOpen onClose={onClose}>
      <p>{text.templates.deleteBody}</p>
      <ActionFailure action={remove} />
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          {text.cancel}
        </Button>
        <Button look="danger" disabled={remove.isBusy} onClick={() => void remove.run()}>
          {text.templates.delete}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
