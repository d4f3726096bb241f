import { writeText } from './bytes.ts';
import { host } from './host.ts';
import { format, type InspectOptions, inspect } from './inspect.ts';

let indent = '';
const counts = new Map<string, number>();
const timers = new Map<string, number>();

function print(descriptor: number, text: string): void {
  writeText(descriptor, `${indent ? text.replace(/^/gm, indent) : text}\n`);
}

function elapsed(label: string): string {
  const ms = host.now() - (timers.get(label) ?? host.now());
  return ms >= 1000 ? `${(ms / 1000).toFixed(3)}s` : `${ms.toFixed(3)}ms`;
}

const log = (...values: unknown[]): void => print(1, format(...values));
const error = (...values: unknown[]): void => print(2, format(...values));
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
  trace: (...values: unknown[]) => error(`Trace: ${format(...values)}\n${new Error().stack ?? ''}`.trimEnd()),
  dir: (value: unknown, options?: InspectOptions) => print(1, inspect(value, options)),
  dirxml: log,
  table: (rows: unknown, columns?: string[]) => print(1, toTable(rows, columns)),
  group,
  groupCollapsed: group,
  groupEnd: () => {
    indent = indent.slice(2);
  },
  assert: (condition: unknown, ...values: unknown[]) => {
    if (!condition) error(values.length > 0 ? `Assertion failed: ${format(...values)}` : 'Assertion failed');
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

/** Width of a text in a terminal. East Asian characters and emoji take two columns. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text.normalize('NFC')) {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Extended_Pictographic}]/u.test(
        character,
      ) && character > '\u00ff'
        ? 2
        : 1;
  }
  return width;
}

const toCell = (value: unknown): string =>
  inspect(value, { depth: typeof value === 'object' ? 0 : 2, maxArrayLength: 3, breakLength: Infinity });

function toTable(rows: unknown, chosen?: readonly string[]): string {
  if (typeof rows !== 'object' || rows === null) return format(rows);
  if (rows instanceof Map) {
    const entries = [...rows].map(([key, value], index) => [String(index), toCell(key), toCell(value)]);
    return drawTable(['(iteration index)', 'Key', 'Values'], entries);
  }
  if (rows instanceof Set) {
    const entries = [...rows].map((value, index) => [String(index), toCell(value)]);
    return drawTable(['(iteration index)', 'Values'], entries);
  }
  const columns = new Set<string>(chosen);
  const entries = Object.entries(rows);
  const isRecord = (row: unknown): row is Record<string, unknown> =>
    row !== null && (typeof row === 'object' || typeof row === 'function');
  const hasValues = entries.some(([, row]) => !isRecord(row));
  if (!chosen) for (const [, row] of entries) if (isRecord(row)) for (const key of Object.keys(row)) columns.add(key);
  const body = entries.map(([index, row]) => [
    index,
    ...[...columns].map((column) => (isRecord(row) && Object.hasOwn(row, column) ? toCell(row[column]) : '')),
    ...(hasValues ? [isRecord(row) ? '' : toCell(row)] : []),
  ]);
  return drawTable(['(index)', ...columns, ...(hasValues ? ['Values'] : [])], body);
}

function drawTable(header: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = header.map(
    (title, column) => Math.max(widthOf(title), ...body.map((row) => widthOf(row[column]!))) + 2,
  );
  const line = (cells: readonly string[]) =>
    `│${cells.map((cell, column) => ` ${cell}${' '.repeat(widths[column]! - 1 - widthOf(cell))}`).join('│')}│`;
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  return [rule('┌', '┬', '┐'), line(header), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')].join('\n');
}
