import { useMutation } from '@apollo/client/react';
import { Copy } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { CreateApiKeyDocument } from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, SelectField, TextField } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

const SCOPES = [
  'project:read',
  'project:write',
  'generation:read',
  'generation:write',
  'execution:run',
  'usage:read',
  'notification:read',
] as const;

const DAY_MS = 86_400_000;
/** Days that a key may live, as offered; empty for one that stays until it is revoked. */
const LIFETIMES = ['30', '90', '365', ''] as const;

function toInput(form: FormData) {
  const budget = String(form.get('budget')).trim();
  const days = String(form.get('lifetime'));
  return {
    name: String(form.get('name')).trim(),
    scopes: form.getAll('scope').map(String),
    tokenBudget: budget === '' ? null : Number(budget),
    expiresAt: days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
  };
}

/** Makes a key, and shows its secret once. */
export function NewKeyForm({ onCreated }: { readonly onCreated: () => void }) {
  const { keys } = useText().settings;
  const [create, { data, error, loading }] = useMutation(CreateApiKeyDocument);
  const [hasScope, setHasScope] = useState(false);
  const secret = data?.createApiKey.secret;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    create({ variables: { input: toInput(new FormData(element)) } }).then(
      () => {
        element.reset();
        setHasScope(false);
        onCreated();
      },
      // Shown below the fields, which stay as they are.
      () => undefined,
    );
  }
  return (
    <section className={page.section} aria-labelledby="new-key">
      <h2 id="new-key">{keys.create}</h2>
      {secret && <Secret key={secret} secret={secret} />}
      <form
        className={page.form}
        onSubmit={submit}
        onChange={({ currentTarget }) => setHasScope(new FormData(currentTarget).has('scope'))}
      >
        <TextField label={keys.name} name="name" required maxLength={80} />
        <fieldset className={page.checks}>
          <legend>{keys.scopes}</legend>
          {SCOPES.map((scope) => (
            <Checkbox key={scope} label={`${scope}: ${keys.scope[scope]}`} name="scope" value={scope} />
          ))}
        </fieldset>
        <SelectField label={keys.lifetime} name="lifetime" defaultValue="90">
          {LIFETIMES.map((days) => (
            <option key={days} value={days}>
              {days === '' ? keys.stays : keys.days(Number(days))}
            </option>
          ))}
        </SelectField>
        <TextField label={keys.budget} hint={keys.budgetHint} name="budget" type="number" min={1} />
        <Failure error={error} />
        <Button type="submit" disabled={loading || !hasScope}>
          {keys.create}
        </Button>
      </form>
    </section>
  );
}

function Secret({ secret }: { readonly secret: string }) {
  const { keys } = useText().settings;
  const [isCopied, setCopied] = useState(false);
  const copy = useAction(async () => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  });
  // There is a clipboard on HTTPS and on this machine; elsewhere the text is selected by one click.
  const canCopy = 'clipboard' in navigator;
  return (
    <Notice
      kind="info"
      actions={
        canCopy && (
          <Button size="small" icon={Copy} onClick={() => void copy.run()}>
            {isCopied ? keys.copied : keys.copy}
          </Button>
        )
      }
    >
      {copy.error ? keys.notCopied : keys.created}
      <code className={page.secret}>{secret}</code>
    </Notice>
  );
}
