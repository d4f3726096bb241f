import { useQuery } from '@apollo/client/react';
import { lazy, Suspense, useMemo } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { BillingDocument, type BillingQuery, UsageRowFragmentDoc } from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useAction } from '../../app/use.action.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { toLastDays } from '../usage/last.days.ts';
import { Facts, QuotaBar } from '../usage/quota.bar.tsx';
import usage from '../usage/usage.module.css';
import { SpendCapForm } from './spend.cap.form.tsx';

const UsageChart = lazy(() => import('../usage/usage.chart.tsx'));
const DAYS = 30;

type Quota = NonNullable<BillingQuery['me']['quota']>;

/** `/billing`: the plan, what this period has cost so far, the cap on it, and the plans there are. */
export default function BillingPage() {
  const text = useText();
  const days = useMemo(() => toLastDays(DAYS, new Date()), []);
  const { data, error, refetch } = useQuery(BillingDocument, {
    variables: { from: days.from, to: days.to },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  // What the query says of it is shown.
  const reload = useAction(() => refetch());
  useTitle(text.shell.billing);
  const rows = readFragment(UsageRowFragmentDoc, data?.me.byDay) ?? [];
  const quota = data?.me.quota;
  return (
    <div className={page.page}>
      <header className={page.top}>
        <h1>{text.shell.billing}</h1>
        <ButtonLink to="/usage" className={page.end}>
          {text.usage.title}
        </ButtonLink>
      </header>
      <Failure error={error} />
      {!data && !error && <Skeleton />}
      {data && !quota && !error && <Notice kind="warning">{text.usage.away}</Notice>}
      {quota && <Period quota={quota} onChanged={() => void reload.run()} />}
      {data && (
        <section className={page.section} aria-labelledby="cost">
          <h2 id="cost">{text.billing.costByDay(DAYS)}</h2>
          {rows.some(({ costCents }) => costCents > 0) ? (
            <Suspense fallback={<div className={usage.chart} />}>
              <UsageChart days={days.days} rows={rows} measure="cost" />
            </Suspense>
          ) : (
            <Empty>{text.billing.noCost}</Empty>
          )}
        </section>
      )}
      {data && <Plans plans={data.plans} current={quota?.plan.id ?? null} />}
    </div>
  );
}

function Period({ quota, onChanged }: { readonly quota: Quota; readonly onChanged: () => void }) {
  const text = useText();
  const formats = useFormats();
  const { plan, spentCents, spendCapCents } = quota;
  return (
    <section className={page.section} aria-labelledby="plan">
      <h2 id="plan">{text.billing.plan(plan.name)}</h2>
      <QuotaBar quota={quota} />
      <Facts
        facts={[
          [text.billing.price, formats.money(plan.priceCents, plan.currency)],
          [text.usage.spent, formats.cents(spentCents)],
          [text.usage.cap, spendCapCents === null ? text.usage.capNone : formats.cents(spendCapCents)],
        ]}
      />
      <SpendCapForm capCents={spendCapCents} onChanged={onChanged} />
    </section>
  );
}

function Plans({ plans, current }: { readonly plans: BillingQuery['plans']; readonly current: string | null }) {
  const text = useText();
  const formats = useFormats();
  return (
    <section className={page.section} aria-labelledby="plans">
      <h2 id="plans">{text.billing.plans}</h2>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{text.usage.plan}</th>
            <th scope="col">{text.billing.tokens}</th>
            <th scope="col">{text.billing.price}</th>
          </tr>
        </thead>
        <tbody>
          {plans.map(({ id, name, priceCents, currency, tokensPerPeriod }) => (
            <tr key={id}>
              <td>
                {name} {id === current && <span className={page.badge}>{text.billing.current}</span>}
              </td>
              <td>{formats.number(tokensPerPeriod)}</td>
              <td>{formats.money(priceCents, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{text.billing.change}</p>
    </section>
  );
}
