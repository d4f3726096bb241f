import { useMutation, useQuery } from '@apollo/client/react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  type ApiKeyRowFragment,
  ApiKeyRowFragmentDoc,
  ApiKeysDocument,
  RevokeApiKeyDocument,
} from '../../api/generated/graphql.ts';
import { useAction } from '../../app/use.action.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Empty, Failure, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { NewKeyForm } from './new-key.form.tsx';

/** The keys that programs sign in with. */
export function ApiKeySection() {
  const text = useText();
  const { data, error, refetch } = useQuery(ApiKeysDocument, { fetchPolicy: 'cache-and-network', errorPolicy: 'all' });
  const [revoke] = useMutation(RevokeApiKeyDocument);
  const reload = useAction(() => refetch());
  const revoking = useAction(async (id: string) => {
    await revoke({ variables: { id } });
    await refetch();
  });
  const keys = readFragment(ApiKeyRowFragmentDoc, data?.apiKeys);
  return (
    <>
      <section className={page.section} aria-labelledby="keys">
        <h2 id="keys">{text.settings.sections.keys}</h2>
        <p>{text.settings.keys.intro}</p>
        <Failure error={error} />
        <ActionFailure action={revoking} />
        {!keys && !error && <Skeleton />}
        {keys?.length === 0 && <Empty>{text.settings.keys.none}</Empty>}
        {keys && keys.length > 0 && (
          <ul className={page.rows}>
            {keys.map((key) => (
              <KeyRow key={key.id} row={key} onRevoke={(revoked) => void revoking.run(revoked)} />
            ))}
          </ul>
        )}
      </section>
      <NewKeyForm onCreated={() => void reload.run()} />
    </>
  );
}

interface KeyRowProps {
  readonly row: ApiKeyRowFragment;
  readonly onRevoke: (id: string) => void;
}

function KeyRow({ row: { id, name, prefix, scopes, tokenBudget, expiresAt, lastUsedAt }, onRevoke }: KeyRowProps) {
  const text = useText();
  const formats = useFormats();
  const { keys } = text.settings;
  const facts = [
    lastUsedAt ? keys.used(formats.ago(lastUsedAt)) : keys.never,
    expiresAt ? keys.expires(formats.date(expiresAt)) : keys.stays,
    tokenBudget !== null && text.generation.tokens(formats.number(tokenBudget)),
  ];
  return (
    <li>
      <div className={page.what}>
        <span>
          <strong>{name}</strong> <code>{prefix}…</code>
        </span>
        <span className={page.soft}>{scopes.join(', ')}</span>
        <span className={page.soft}>{facts.filter(Boolean).join(' · ')}</span>
      </div>
      <Button size="small" aria-label={keys.revokeLong(name)} onClick={() => onRevoke(id)}>
        {keys.revoke}
      </Button>
    </li>
  );
}
