import { useMutation } from '@apollo/client/react';
import { type FormEvent, useState } from 'react';
import { AddTemplateDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextArea, TextField } from '../../ui/field.tsx';
import { Failure } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { keepOwnTemplate } from './own.templates.ts';
import { readTemplateFiles } from './template.files.ts';

interface AddTemplateDialogProps {
  readonly onClose: () => void;
  readonly onAdded: (title: string) => void;
}

/** Makes a template of the user's own from files of this computer. */
export function AddTemplateDialog({ onClose, onAdded }: AddTemplateDialogProps) {
  const text = useText();
  const [chosen, setChosen] = useState<readonly File[]>([]);
  const [send] = useMutation(AddTemplateDocument);
  const add = useAction(async (form: FormData) => {
    const value = (name: string) => String(form.get(name)).trim();
    const files = await readTemplateFiles(chosen);
    const input = {
      ...{ title: value('title'), description: value('description'), language: value('language') },
      framework: value('framework') || null,
      files,
    };
    const { data } = await send({ variables: { input } });
    if (!data) throw new Error(text.errors.OFFLINE);
    keepOwnTemplate(data.addTemplate);
    onAdded(data.addTemplate.title);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void add.run(new FormData(event.currentTarget));
  }
  return (
    <Dialog title={text.templates.addTitle} isOpen onClose={onClose}>
      <form className={page.form} onSubmit={submit}>
        <p>{text.templates.private}</p>
        <TextField label={text.templates.name} name="title" required maxLength={200} />
        <TextArea label={text.templates.about} hint={text.templates.aboutHint} name="description" rows={3} required />
        <TextField label={text.templates.language} name="language" placeholder="javascript" required maxLength={60} />
        <TextField label={text.templates.framework} name="framework" maxLength={60} />
        <TextField
          label={text.templates.choose}
          hint={chosen.length > 0 ? text.templates.files(chosen.length) : text.templates.chooseHint}
          type="file"
          multiple
          required
          onChange={({ target }) => setChosen([...(target.files ?? [])])}
        />
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
    </Dialog>
  );
}
