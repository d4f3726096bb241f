import { useQuery } from '@apollo/client/react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  UsageDocument,
  type UsageQuery,
  type UsageRowFragment,
  UsageRowFragmentDoc,
} from '../../api/generated/graphql.ts';
import { useTitle } from '../../app/title.ts';
import { useFormats, useText } from '../../text/text.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../ui/notice.tsx';
import page from '../../ui/page.module.css';
import { toLastDays } from './last.days.ts';
import { QuotaBar } from './quota.bar.tsx';
import styles from './usage.module.css';
import { UsageTable } from './usage.table.tsx';

const UsageChart = lazy(() => import('./usage.chart.tsx'));
const SPANS = [7, 30, 90];

/** `/usage`: what is left of the period, and what the last days took, by day, model and project. */
export default function UsagePage() {
  const text = useText();
  const [span, setSpan] = useState(30);
  const days = useMemo(() => toLastDays(span, new Date()), [span]);
  const { data, previousData, error } = useQuery(UsageDocument, {
    variables: { from: days.from, to: days.to },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  useTitle(text.usage.title);
  const me = (data ?? previousData)?.me;
  return (
    <div className={page.page}>
      <header className={page.top}>
        <h1>{text.usage.title}</h1>
        <ButtonLink to="/billing" className={page.end}>
          {text.shell.billing}
        </ButtonLink>
      </header>
      <Failure error={error} />
      {!me && !error && <Skeleton />}
      {me && !me.quota && !error && <Notice kind="warning">{text.usage.away}</Notice>}
      {me?.quota && (
        <section className={page.section} aria-label={text.usage.quota}>
          <QuotaBar quota={me.quota} />
        </section>
      )}
      {me?.byDay && (
        <section className={page.section} aria-labelledby="by-day">
          <div className={styles.head}>
            <h2 id="by-day">{text.usage.byDay(span)}</h2>
            <Select label={text.usage.span} value={span} onChange={({ target }) => setSpan(Number(target.value))}>
              {SPANS.map((count) => (
                <option key={count} value={count}>
                  {text.usage.days(count)}
                </option>
              ))}
            </Select>
          </div>
          <ByDay days={days.days} rows={readFragment(UsageRowFragmentDoc, me.byDay)} />
        </section>
      )}
      {me && <Shares me={me} />}
    </div>
  );
}

function ByDay({ days, rows }: { readonly days: readonly string[]; readonly rows: readonly UsageRowFragment[] }) {
  const text = useText();
  const formats = useFormats();
  if (rows.length === 0) return <Empty>{text.usage.none}</Empty>;
  return (
    <>
      <Suspense fallback={<div className={styles.chart} />}>
        <UsageChart days={days} rows={rows} measure="tokens" />
      </Suspense>
      <UsageTable head={text.usage.day} rows={rows} toName={(key) => formats.date(key)} />
    </>
  );
}

/** Who and what used it: by model, and by project. */
function Shares({ me }: { readonly me: UsageQuery['me'] }) {
  const text = useText();
  const names = new Map((me.projects?.nodes ?? []).map(({ id, name }) => [id, name]));
  const byModel = readFragment(UsageRowFragmentDoc, me.byModel) ?? [];
  const byProject = readFragment(UsageRowFragmentDoc, me.byProject) ?? [];
  return (
    <>
      {byModel.length > 0 && (
        <section className={page.section} aria-labelledby="by-model">
          <h2 id="by-model">{text.usage.byModel}</h2>
          <UsageTable head={text.usage.model} rows={byModel} isShared />
        </section>
      )}
      {byProject.length > 0 && (
        <section className={page.section} aria-labelledby="by-project">
          <h2 id="by-project">{text.usage.byProject}</h2>
          <UsageTable
            head={text.usage.project}
            rows={byProject}
            toName={(key) => names.get(key) ?? text.usage.deletedProject}
            toLink={(key) => (names.has(key) ? `/p/${key}` : null)}
            isShared
          />
        </section>
      )}
    </>
  );
}
