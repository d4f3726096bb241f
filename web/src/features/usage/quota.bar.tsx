import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { QuotaLineFragmentDoc } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './usage.module.css';

interface QuotaBarProps {
  readonly quota: FragmentType<typeof QuotaLineFragmentDoc> & {
    readonly periodStart: string;
    readonly periodEnd: string;
  };
}

/** How much of the period's tokens is used, held for work under way, and left. */
export function QuotaBar({ quota }: QuotaBarProps) {
  const text = useText();
  const formats = useFormats();
  const { limitTokens, usedTokens, heldTokens, remainingTokens } = readFragment(QuotaLineFragmentDoc, quota);
  const facts: [string, string][] = [
    [text.usage.used, formats.number(usedTokens)],
    [text.usage.held, formats.number(heldTokens)],
    [text.usage.left, formats.number(remainingTokens)],
    [text.usage.limit, formats.number(limitTokens)],
  ];
  return (
    <>
      <p>{text.usage.period(formats.date(quota.periodStart), formats.date(quota.periodEnd))}</p>
      <progress
        className={styles.bar}
        max={limitTokens}
        value={usedTokens + heldTokens}
        aria-label={text.shell.quota(formats.number(usedTokens + heldTokens), formats.number(limitTokens))}
      />
      <Facts facts={facts} />
    </>
  );
}

/** Figures under their names. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
