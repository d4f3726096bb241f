import { useMutation } from '@apollo/client/react';
import type { FormEvent } from 'react';
import { Link } from 'react-router';
import { ImportTemplateDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextArea, TextField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { keepOwnTemplate } from './own.templates.ts';

interface ImportTemplateDialogProps {
  readonly project: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}

/** Makes a template of the user's own from the text files of a project's newest version. */
export function ImportTemplateDialog({ project: { id: projectId, name }, onClose }: ImportTemplateDialogProps) {
  const text = useText();
  const [send, { data }] = useMutation(ImportTemplateDocument);
  const add = useAction(async (form: FormData) => {
    const title = String(form.get('title')).trim();
    const description = String(form.get('description')).trim();
    const { data: made } = await send({ variables: { projectId, title, description } });
    if (made) keepOwnTemplate(made.importTemplate);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void add.run(new FormData(event.currentTarget));
  }
  const made = data?.importTemplate;
  return (
    <Dialog title={text.templates.importTitle} isOpen onClose={onClose}>
      {made ? (
        <>
          <p role="status">{text.templates.added(made.title)}</p>
          <DialogActions>
            <Link to={`/templates?${new URLSearchParams({ search: made.title })}`}>{text.templates.title}</Link>
            <Button onClick={onClose}>{text.close}</Button>
          </DialogActions>
        </>
      ) : (
        <form className={page.form} onSubmit={submit}>
          <p>{text.templates.private}</p>
          <TextField label={text.templates.name} name="title" defaultValue={name} required maxLength={200} />
          <TextArea label={text.templates.about} hint={text.templates.aboutHint} name="description" rows={3} required />
          <Failure error={add.error} />
          <DialogActions>
            <Button look="quiet" onClick={onClose}>
              {text.cancel}
            </Button>
            <Button type="submit" look="primary" disabled={add.isBusy}>
              {text.templates.add}
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
