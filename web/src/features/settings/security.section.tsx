import { useMutation, useQuery } from '@apollo/client/react';
import type { FormEvent } from 'react';
import { reconnect } from '../../api/follow.ts';
import { ChangePasswordDocument, RevokeSessionDocument, SessionsDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ActionFailure, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { toAgentName } from './agent.name.ts';

export function SecuritySection() {
  return (
    <>
      <SessionList />
      <PasswordForm />
    </>
  );
}

function SessionList() {
  const text = useText();
  const formats = useFormats();
  const { data, error, refetch } = useQuery(SessionsDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  const [revoke] = useMutation(RevokeSessionDocument);
  const revoking = useAction(async (id: string) => {
    await revoke({ variables: { id } });
    await refetch();
  });
  if (!data) return error ? <Failure error={error} /> : <Skeleton />;
  return (
    <section className={page.section} aria-labelledby="sessions">
      <h2 id="sessions">{text.settings.security.sessions}</h2>
      <Failure error={error} />
      <ActionFailure action={revoking} />
      <ul className={page.rows}>
        {data.sessions.map(({ id, current, lastSeenAt, userAgent, ip }) => {
          const agent = userAgent ? toAgentName(userAgent) : text.settings.security.unknown;
          return (
            <li key={id}>
              <div className={page.what}>
                <span title={userAgent ?? undefined}>{agent}</span>
                <span className={page.soft}>{text.settings.security.seen(formats.ago(lastSeenAt), ip ?? '–')}</span>
              </div>
              {current ? (
                <span className={page.badge}>{text.settings.security.current}</span>
              ) : (
                <Button
                  size="small"
                  aria-label={text.settings.security.revokeLong(agent)}
                  onClick={() => void revoking.run(id)}
                >
                  {text.settings.security.revoke}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function PasswordForm() {
  const text = useText();
  const [change, { data, error, loading }] = useMutation(ChangePasswordDocument, {
    refetchQueries: [SessionsDocument],
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const input = { currentPassword: String(form.get('current')), newPassword: String(form.get('new')) };
    change({ variables: { input } }).then(
      () => {
        element.reset();
        reconnect();
      },
      // Shown below the fields, which stay as they are.
      () => undefined,
    );
  }
  return (
    <section className={page.section} aria-labelledby="password">
      <h2 id="password">{text.settings.security.password}</h2>
      <form className={page.form} onSubmit={submit}>
        <TextField
          label={text.settings.security.currentPassword}
          name="current"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField
          label={text.settings.security.newPassword}
          hint={text.session.passwordHint}
          name="new"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
        />
        <Failure error={error} />
        {data && <Notice kind="info">{text.settings.security.changed}</Notice>}
        <Button type="submit" disabled={loading}>
          {text.settings.security.change}
        </Button>
      </form>
    </section>
  );
}
