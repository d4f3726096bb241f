import { cpus, totalmem } from 'node:os';
import type { RunningContestant } from './contestant.process.ts';

/** A figure to reach. */
export interface Bar {
  readonly what: string;
  readonly bar: string;
  readonly aim: string;
  readonly figure: string;
  readonly isMet: boolean;
  readonly isAimMet: boolean;
}

/** One scenario's part of the page. */
export interface Section {
  readonly title: string;
  readonly text: string;
  readonly table: string;
  readonly bars: readonly Bar[];
}

/** The results as a page of documentation. */
export function toReport(gateways: readonly RunningContestant[], sections: readonly Section[]): string {
  const bars = sections.flatMap((section) => section.bars);
  return [
    '# Performance of the gateway',
    '',
    'Made by `npm run bench`: do not edit. All gateways run at the same time over the same subgraphs, and take turns under load,',
    "round after round, so that whatever else the machine does strikes all alike; a figure is the median of its rounds. CPU is the process's own,",
    'all threads, user and system, as the kernel accounts it. Every process has `NODE_ENV=production`. Requests and events come over loopback from processes apart,',
    'each from a viewer with a token of its own. No request failed: one would have ended the run. Events that a peer lost are said where they were lost.',
    '',
    `Machine: ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; ${new Date().toISOString().slice(0, 10)}.`,
    '',
    ...gateways.map(
      ({ contestant, readyMs }) =>
        `- **${contestant.name}**: ${contestant.settings}; first answer after ${Math.round(readyMs)} ms.`,
    ),
    '',
    ...(bars.length ? ['## Figures to reach', '', toBarTable(bars), ''] : []),
    ...sections.flatMap(({ title, text, table }) => [
      `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
      '',
      text,
      '',
      table,
      '',
    ]),
  ].join('\n');
}

function toBarTable(bars: readonly Bar[]): string {
  return toTable(
    ['What', 'bar', 'aim', 'measured', 'met'],
    bars.map(({ what, bar, aim, figure, isMet, isAimMet }) => {
      const met = isMet ? 'yes' : 'no';
      return [what, bar, aim, figure, isAimMet ? 'yes, the aim too' : met];
    }),
  );
}

/** A Markdown table: the first column is text, the others are figures. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const toLine = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|---|${'---:|'.repeat(head.length - 1)}`;
  return [toLine(head), rule, ...rows.map(toLine)].join('\n');
}

export function toRatio(value: number, ours: number): string {
  return (value / ours).toFixed(2);
}
