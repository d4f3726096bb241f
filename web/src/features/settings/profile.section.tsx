import { useMutation, useQuery } from '@apollo/client/react';
import type { FormEvent } from 'react';
import { ProfileDocument, UpdateProfileDocument } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextArea, TextField } from '../../ui/field.tsx';
import { Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

export function ProfileSection() {
  const text = useText();
  const formats = useFormats();
  const { data, error } = useQuery(ProfileDocument, { errorPolicy: 'all' });
  const [update, result] = useMutation(UpdateProfileDocument);
  if (!data?.me) return error ? <Failure error={error} /> : <Skeleton />;
  const { displayName, bio, avatarUrl, email, createdAt } = data.me;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const input = {
      displayName: String(form.get('name')),
      bio: String(form.get('bio')) || null,
      avatarUrl: String(form.get('avatar')) || null,
    };
    // `result` keeps the error, and the form shows it.
    update({ variables: { input } }).catch(() => undefined);
  }
  return (
    <form className={page.form} onSubmit={submit}>
      <p className={page.soft}>
        {email} · {text.settings.profile.since(formats.date(createdAt))}
      </p>
      <TextField label={text.settings.profile.name} name="name" defaultValue={displayName} maxLength={80} required />
      <TextArea label={text.settings.profile.bio} name="bio" defaultValue={bio ?? ''} rows={3} />
      <TextField label={text.settings.profile.avatar} name="avatar" type="url" defaultValue={avatarUrl ?? ''} />
      <Failure error={result.error} />
      {result.data && <Notice kind="info">{text.saved}</Notice>}
      <Button type="submit" look="primary" disabled={result.loading}>
        {text.save}
      </Button>
    </form>
  );
}
