import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { UsageRowFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './usage.module.css';

interface UsageChartProps {
  /** `2026-11-28`, one for each bar. */
  readonly days: readonly string[];
  readonly rows: readonly UsageRowFragment[];
  /** `tokens` are those read and those written, one on the other; `cost` is in cents. */
  readonly measure: 'tokens' | 'cost';
}

/** What each day took. A table says the same to those who do not see it. */
export default function UsageChart({ days, rows, measure }: UsageChartProps) {
  const text = useText();
  const formats = useFormats();
  const byDay = new Map(rows.map((row) => [row.key.slice(0, 10), row]));
  const bars = days.map((day) => {
    const row = byDay.get(day);
    return { day, read: row?.promptTokens ?? 0, written: row?.completionTokens ?? 0, cost: row?.costCents ?? 0 };
  });
  const tick = { fill: 'var(--text-soft)', fontSize: 12 };
  const toValue = measure === 'cost' ? formats.cents : formats.number;
  const series =
    measure === 'cost'
      ? ([['cost', text.usage.cost, 'var(--accent)']] as const)
      : ([
          ['read', text.usage.read, 'var(--line-strong)'],
          ['written', text.usage.written, 'var(--accent)'],
        ] as const);
  return (
    <div className={styles.chart} aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={bars} accessibilityLayer={false} margin={{ top: 4, right: 0, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="day" tick={tick} tickFormatter={formats.day} stroke="var(--line)" minTickGap={24} />
          <YAxis
            tick={tick}
            tickFormatter={measure === 'cost' ? formats.cents : formats.compact}
            stroke="var(--line)"
            width={52}
          />
          <Tooltip
            cursor={{ fill: 'var(--bg-hover)' }}
            contentStyle={{ background: 'var(--bg)', border: '1px solid var(--line)', borderRadius: 6, fontSize: 12 }}
            labelFormatter={(day) => formats.date(String(day))}
            formatter={(count) => toValue(Number(count))}
          />
          <Legend wrapperStyle={{ fontSize: 12 }} formatter={(name) => <span className={styles.legend}>{name}</span>} />
          {series.map(([dataKey, name, fill]) => (
            <Bar key={dataKey} dataKey={dataKey} name={name} stackId="all" fill={fill} isAnimationActive={false} />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
