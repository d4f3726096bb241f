import { useMutation, useQuery } from '@apollo/client/react';
import { Copy } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  ApiKeyRowFragmentDoc,
  ApiKeysDocument,
  CreateApiKeyDocument,
  RevokeApiKeyDocument,
} from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, TextField } from '../../ui/field.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

const SCOPES = [
  'project:read',
  'project:write',
  'generation:read',
  'generation:write',
  'execution:run',
  'usage:read',
  'notification:read',
];

export function ApiKeySection() {
  const text = useText();
  const formats = useFormats();
  const { data, error, refetch } = useQuery(ApiKeysDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  const [revoke, revoked] = useMutation(RevokeApiKeyDocument);
  const keys = readFragment(ApiKeyRowFragmentDoc, data?.apiKeys);
  return (
    <>
      <section className={page.section} aria-labelledby="keys">
        <h2 id="keys">{text.settings.sections.keys}</h2>
        <p>{text.settings.keys.intro}</p>
        <Failure error={error ?? revoked.error} />
        {!keys && !error && <Skeleton />}
        {keys?.length === 0 && <Empty>{text.settings.keys.none}</Empty>}
        {keys && keys.length > 0 && (
          <ul className={page.rows}>
            {keys.map(({ id, name, prefix, scopes, lastUsedAt }) => (
              <li key={id}>
                <span className={page.strong}>{name}</span>
                <code>{prefix}…</code>
                <span className={page.soft}>{scopes.join(', ')}</span>
                <span className={page.soft}>
                  {lastUsedAt ? text.settings.keys.used(formats.ago(lastUsedAt)) : text.settings.keys.never}
                </span>
                <Button
                  size="small"
                  aria-label={text.settings.keys.revokeLong(name)}
                  onClick={() =>
                    revoke({ variables: { id } }).then(
                      () => refetch(),
                      () => undefined,
                    )
                  }
                >
                  {text.settings.keys.revoke}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <NewKeyForm onCreated={() => void refetch()} />
    </>
  );
}

function NewKeyForm({ onCreated }: { readonly onCreated: () => void }) {
  const text = useText();
  const [create, { data, error, loading }] = useMutation(CreateApiKeyDocument);
  const [isCopied, setCopied] = useState(false);
  const secret = data?.createApiKey.secret;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const budget = String(form.get('budget')).trim();
    const input = {
      name: String(form.get('name')),
      scopes: form.getAll('scope').map(String),
      tokenBudget: budget === '' ? null : Number(budget),
    };
    setCopied(false);
    create({ variables: { input } }).then(
      () => {
        element.reset();
        onCreated();
      },
      () => undefined,
    );
  }
  return (
    <section className={page.section} aria-labelledby="new-key">
      <h2 id="new-key">{text.settings.keys.create}</h2>
      {secret && (
        <Notice
          kind="info"
          actions={
            <Button
              size="small"
              icon={Copy}
              onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}
            >
              {isCopied ? text.settings.keys.copied : text.settings.keys.copy}
            </Button>
          }
        >
          {text.settings.keys.created}
          <code className={page.secret}>{secret}</code>
        </Notice>
      )}
      <form className={page.form} onSubmit={submit}>
        <TextField label={text.settings.keys.name} name="name" required />
        <fieldset className={page.checks}>
          <legend>{text.settings.keys.scopes}</legend>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} label={scope} name="scope" value={scope} />
          ))}
        </fieldset>
        <TextField
          label={text.settings.keys.budget}
          hint={text.settings.keys.budgetHint}
          name="budget"
          type="number"
          min={1}
        />
        <Failure error={error} />
        <Button type="submit" disabled={loading}>
          {text.settings.keys.create}
        </Button>
      </form>
    </section>
  );
}
