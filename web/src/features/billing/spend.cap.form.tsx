import { useMutation } from '@apollo/client/react';
import type { FormEvent } from 'react';
import { SetSpendCapDocument } from '../../api/generated/graphql.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';

interface SpendCapFormProps {
  /** Null for none. */
  readonly capCents: number | null;
  readonly onChanged: () => void;
}

/** The most that may be spent in a period; work that would go over it is refused. */
export function SpendCapForm({ capCents, onChanged }: SpendCapFormProps) {
  const text = useText();
  const [setCap, { data, error, loading }] = useMutation(SetSpendCapDocument);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('cap')).trim();
    const costCents = wanted === '' ? null : Number(wanted);
    // The form shows the error that the mutation keeps.
    setCap({ variables: { costCents } }).then(onChanged, () => undefined);
  }
  return (
    <details>
      <summary className={page.summary}>{text.usage.capSet}</summary>
      <form className={page.form} onSubmit={submit}>
        <TextField
          key={capCents}
          label={text.usage.capCents}
          hint={text.usage.capHint}
          name="cap"
          type="number"
          min={0}
          step={1}
          defaultValue={capCents ?? ''}
        />
        <Failure error={error} />
        {data && <Notice kind="info">{text.saved}</Notice>}
        <Button type="submit" disabled={loading}>
          {text.save}
        </Button>
      </form>
    </details>
  );
}
