import { useMutation, useQuery } from '@apollo/client/react';
import { type FormEvent, lazy, Suspense, useMemo } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  QuotaLineFragmentDoc,
  SetSpendCapDocument,
  UsageDocument,
  type UsageQuery,
  UsageRowFragmentDoc,
} from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { toLastDays } from './last.days.ts';
import styles from './usage.module.css';
import { UsageTable } from './usage.table.tsx';

const UsageChart = lazy(() => import('./usage.chart.tsx'));
const DAYS = 30;

type Quota = NonNullable<UsageQuery['me']['quota']>;

/** `/usage`: what is left of the period, and what the last 30 days took. */
export default function UsagePage() {
  const text = useText();
  const days = useMemo(() => toLastDays(DAYS, new Date()), []);
  const { data, error, refetch } = useQuery(UsageDocument, {
    variables: { from: days.from, to: days.to },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  useTitle(text.usage.title);
  const me = data?.me;
  const byDay = readFragment(UsageRowFragmentDoc, me?.byDay) ?? [];
  const names = new Map((me?.projects?.nodes ?? []).map(({ id, name }) => [id, name]));
  return (
    <div className={page.page}>
      <h1 className={styles.title}>{text.usage.title}</h1>
      <Failure error={error} />
      {!data && !error && <Skeleton />}
      {me && !me.quota && !error && <Notice kind="warning">{text.usage.away}</Notice>}
      {me?.quota && <QuotaSection quota={me.quota} onChanged={() => void refetch()} />}
      {me?.byDay && (
        <section className={page.section} aria-labelledby="by-day">
          <h2 id="by-day">{text.usage.byDay}</h2>
          {byDay.length > 0 ? (
            <>
              <Suspense fallback={<div className={styles.chart} />}>
                <UsageChart days={days.days} rows={byDay} />
              </Suspense>
              <UsageTable head={text.usage.day} rows={byDay} />
            </>
          ) : (
            <Empty>{text.usage.none}</Empty>
          )}
        </section>
      )}
      {me?.byModel && me.byModel.length > 0 && (
        <section className={page.section} aria-labelledby="by-model">
          <h2 id="by-model">{text.usage.byModel}</h2>
          <UsageTable head={text.usage.model} rows={readFragment(UsageRowFragmentDoc, me.byModel)} />
        </section>
      )}
      {me?.byProject && me.byProject.length > 0 && (
        <section className={page.section} aria-labelledby="by-project">
          <h2 id="by-project">{text.usage.byProject}</h2>
          <UsageTable
            head={text.usage.project}
            rows={readFragment(UsageRowFragmentDoc, me.byProject)}
            toName={(key) => names.get(key) ?? text.usage.deletedProject}
          />
        </section>
      )}
    </div>
  );
}

function QuotaSection({ quota, onChanged }: { readonly quota: Quota; readonly onChanged: () => void }) {
  const text = useText();
  const formats = useFormats();
  const { limitTokens, usedTokens, heldTokens, remainingTokens } = readFragment(QuotaLineFragmentDoc, quota);
  const { plan, periodStart, periodEnd, spentCents, spendCapCents } = quota;
  const [setCap, { error, loading }] = useMutation(SetSpendCapDocument);
  const facts: [string, string][] = [
    [text.usage.plan, plan.name],
    [text.usage.used, formats.number(usedTokens)],
    [text.usage.held, formats.number(heldTokens)],
    [text.usage.left, formats.number(remainingTokens)],
    [text.usage.spent, formats.cents(spentCents)],
    [text.usage.cap, spendCapCents === null ? text.usage.capNone : formats.cents(spendCapCents)],
  ];
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget).get('cap')).trim();
    const costCents = wanted === '' ? null : Number(wanted);
    setCap({ variables: { costCents } }).then(onChanged, () => undefined);
  }
  return (
    <section
      className={page.section}
      aria-label={text.usage.period(formats.date(periodStart), formats.date(periodEnd))}
    >
      <p>{text.usage.period(formats.date(periodStart), formats.date(periodEnd))}</p>
      <progress
        className={styles.bar}
        max={limitTokens}
        value={usedTokens + heldTokens}
        aria-label={text.shell.quota(formats.number(usedTokens + heldTokens), formats.number(limitTokens))}
      />
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary className={styles.summary}>{text.usage.capSet}</summary>
        <form className={page.form} onSubmit={submit}>
          <TextField
            label={text.usage.capCents}
            hint={text.usage.capHint}
            name="cap"
            type="number"
            min={0}
            step={1}
            defaultValue={spendCapCents ?? ''}
          />
          <Failure error={error} />
          <Button type="submit" disabled={loading}>
            {text.save}
          </Button>
        </form>
      </details>
    </section>
  );
}
