import { Bar, BarChart, CartesianGrid, Legend, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { UsageRowFragment } from '../../api/generated/graphql.ts';
import { useFormats, useText } from '../../text/text.tsx';
import styles from './usage.module.css';

interface UsageChartProps {
  /** `2026-11-28`, one for each bar. */
  readonly days: readonly string[];
  readonly rows: readonly UsageRowFragment[];
}

/** Tokens read and written by day. The table below it says the same to those who do not see it. */
export default function UsageChart({ days, rows }: UsageChartProps) {
  const text = useText();
  const formats = useFormats();
  const byDay = new Map(rows.map((row) => [row.key.slice(0, 10), row]));
  const bars = days.map((day) => ({
    day,
    read: byDay.get(day)?.promptTokens ?? 0,
    written: byDay.get(day)?.completionTokens ?? 0,
  }));
  const tick = { fill: 'var(--text-soft)', fontSize: 12 };
  return (
    <div className={styles.chart} aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={bars} accessibilityLayer={false} margin={{ top: 4, right: 0, bottom: 0, left: 0 }}>
          <CartesianGrid vertical={false} stroke="var(--line)" />
          <XAxis dataKey="day" tick={tick} tickFormatter={(day: string) => day.slice(5)} stroke="var(--line)" />
          <YAxis tick={tick} tickFormatter={(count: number) => formats.number(count)} stroke="var(--line)" width={64} />
          <Tooltip
            cursor={{ fill: 'var(--bg-hover)' }}
            contentStyle={{ background: 'var(--bg)', border: '1px solid var(--line)', borderRadius: 6, fontSize: 12 }}
            formatter={(count) => formats.number(Number(count))}
          />
          <Legend wrapperStyle={{ fontSize: 12 }} />
          <Bar
            dataKey="read"
            name={text.usage.read}
            stackId="tokens"
            fill="var(--line-strong)"
            isAnimationActive={false}
          />
          <Bar
            dataKey="written"
            name={text.usage.written}
            stackId="tokens"
            fill="var(--accent)"
            isAnimationActive={false}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}
