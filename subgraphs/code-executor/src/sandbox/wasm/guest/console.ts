import { host } from './host.ts';
import { formatMessage, type InspectOptions, inspect } from './inspect.ts';

let indent = '';
const counts = new Map<string, number>();
const timers = new Map<string, number>();

function print(descriptor: number, text: string): void {
  host.writeText(descriptor, `${indent ? text.replace(/^/gm, indent) : text}\n`);
}

function elapsed(label: string): string {
  const ms = host.now() - (timers.get(label) ?? host.now());
  return ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${ms.toFixed(3)}ms`;
}

const log = (...values: unknown[]): void => print(1, formatMessage(...values));
const error = (...values: unknown[]): void => print(2, formatMessage(...values));
const group = (...values: unknown[]): void => {
  if (values.length > 0) log(...values);
  indent += '  ';
};

const console = {
  log,
  info: log,
  debug: log,
  error,
  warn: error,
  trace: (...values: unknown[]) => error(`Trace: ${formatMessage(...values)}\n${new Error().stack ?? ''}`.trimEnd()),
  dir: (value: unknown, options?: InspectOptions) => print(1, inspect(value, options)),
  dirxml: log,
  table: (rows: unknown, columns?: string[]) => print(1, toTable(rows, columns)),
  group,
  groupCollapsed: group,
  groupEnd: () => {
    indent = indent.slice(2);
  },
  assert: (condition: unknown, ...values: unknown[]) => {
    if (!condition) error(values.length > 0 ? `Assertion failed: ${formatMessage(...values)}` : 'Assertion failed');
  },
  count: (label = 'default') => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    log(`${label}: ${counts.get(label)}`);
  },
  countReset: (label = 'default') => void counts.delete(label),
  time: (label = 'default') => void timers.set(label, host.now()),
  timeLog: (label = 'default', ...values: unknown[]) => log(`${label}: ${elapsed(label)}`, ...values),
  timeEnd: (label = 'default') => {
    log(`${label}: ${elapsed(label)}`);
    timers.delete(label);
  },
  clear: () => undefined,
};

export default console;

function toTable(rows: unknown, chosen?: string[]): string {
  if (typeof rows !== 'object' || rows === null) return formatMessage(rows);
  const entries: [string, unknown][] =
    rows instanceof Map ? [...rows].map(([key, value]) => [String(key), value]) : Object.entries(rows);
  const columns = new Set<string>(chosen);
  let hasValues = false;
  for (const [, row] of entries) {
    if (typeof row !== 'object' || row === null) hasValues = true;
    else if (!chosen) for (const key of Object.keys(row)) columns.add(key);
  }
  const header = ['(index)', ...columns, ...(hasValues ? ['Values'] : [])];
  const body = entries.map(([index, row]) => {
    const isRecord = typeof row === 'object' && row !== null;
    const cells = [...columns].map((column) =>
      isRecord && column in row ? inspect((row as Record<string, unknown>)[column], { depth: 0 }) : '',
    );
    return [index, ...cells, ...(hasValues ? [isRecord ? '' : inspect(row)] : [])];
  });
  const widths = header.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]!.length)) + 2);
  const line = (cells: string[]) =>
    `│${cells.map((cell, column) => ` ${cell.padEnd(widths[column]! - 1)}`).join('│')}│`;
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  return [rule('┌', '┬', '┐'), line(header), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')].join('\n');
}
