import { inspect } from './inspect.ts';

/** Messages of failed assertions, equal to Node's. Source: https://nodejs.org/api/assert.html */
const READABLE: Readonly<Record<string, string>> = {
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  partialDeepStrictEqual: 'Expected values to be partially and strictly deep-equal:',
  strictEqual: 'Expected values to be strictly equal:',
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notDeepEqualUnequal: 'Expected values not to be loosely deep-equal:',
  notIdentical: 'Values have same structure but are not reference-equal:',
};
const HEADER = '+ actual - expected';
/** Values with at most this length together are written on one line. */
const SHORT_CHARACTERS = 12;
const LINE_CHARACTERS = 80;
const SHOWN_LINES = 50;
const SHOWN_CHARACTERS = 512;
/** Of a longer sequence of equal lines, some are omitted. */
const EQUAL_LINES = 5;
/** Values with more lines are not compared line by line. */
const COMPARED_LINES = 1_000;

function show(value: unknown): string {
  return inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1_000,
    maxArrayLength: Infinity,
    showHidden: false,
    showProxy: false,
    sorted: true,
    getters: true,
    breakLength: Infinity,
  });
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const cut = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 3)}...` : text;

/** @param custom the program's own message, which the difference of a strict comparison follows */
export function describeFailure(operator: string, actual: unknown, expected: unknown, custom?: string): string {
  switch (operator) {
    case 'strictEqual':
    case 'deepStrictEqual':
    case 'partialDeepStrictEqual':
      return describeDifference(operator, actual, expected, custom);
    case 'notStrictEqual':
    case 'notDeepStrictEqual':
      return describeSameness(operator, actual);
    default:
      return describeLoosely(operator, show(actual), show(expected));
  }
}

function describeSameness(operator: string, actual: unknown): string {
  const isReference = operator === 'notStrictEqual' && (isObject(actual) || typeof actual === 'function');
  const base = READABLE[isReference ? 'notStrictEqualObject' : operator]!;
  const lines = show(actual).split('\n');
  const [first = ''] = lines;
  if (lines.length === 1) return `${base}${first.length > 5 ? '\n\n' : ' '}${first}`;
  return `${base}\n\n${shorten(lines).join('\n')}\n`;
}

function shorten(lines: readonly string[]): readonly string[] {
  return lines.length > SHOWN_LINES ? [...lines.slice(0, SHOWN_LINES - 4), '...'] : lines;
}

function describeLoosely(operator: string, actual: string, expected: string): string {
  if (operator === 'notDeepEqual' && actual === expected) return `${READABLE.notDeepEqual}\n\n${cut(actual)}`;
  if (operator === 'deepEqual')
    return `${READABLE.deepEqual}\n\n${cut(actual)}\n\nshould loosely deep-equal\n\n${cut(expected)}`;
  if (operator === 'notDeepEqual')
    return `${READABLE.notDeepEqualUnequal}\n\n${cut(actual)}\n\nshould not loosely deep-equal\n\n${cut(expected)}`;
  return `${cut(actual)} ${operator} ${cut(expected)}`;
}

function describeDifference(operator: string, actual: unknown, expected: unknown, custom?: string): string {
  const areReferences =
    operator === 'strictEqual' &&
    ((isObject(actual) && isObject(expected)) || (typeof actual === 'function' && typeof expected === 'function'));
  const base = custom ?? READABLE[areReferences ? 'strictEqualObject' : operator]!;
  const [left, right] = [show(actual), show(expected)];
  const isOneLine = !left.includes('\n') && !right.includes('\n');
  if (isOneLine && !(isObject(actual) && isObject(expected))) {
    const quotes = (typeof actual === 'string' ? 2 : 0) + (typeof expected === 'string' ? 2 : 0);
    const isShort = left.length + right.length - quotes <= SHORT_CHARACTERS && (actual !== 0 || expected !== 0);
    if (isShort) return `${base}\n\n${left} !== ${right}\n`;
    const areTexts = typeof actual === 'string' && typeof expected === 'string';
    return `${base}\n${HEADER}\n\n+ ${left}\n- ${right}${areTexts ? pointAtDifference(left, right) : ''}\n`;
  }
  if (left === right) return `${custom ?? READABLE.notIdentical}\n\n${shorten(left.split('\n')).join('\n')}\n`;
  const { text, isSkipped } = compareLines(left.split('\n'), right.split('\n'));
  return `${base}\n${HEADER}${isSkipped ? '\n... Skipped lines' : ''}\n\n${text}\n`;
}

function pointAtDifference(left: string, right: string): string {
  if (left.length + right.length > LINE_CHARACTERS) return '';
  let at = 0;
  while (left[at] === right[at]) at += 1;
  return at >= 3 ? `\n${' '.repeat(at + 2)}^` : '';
}

type Line = { readonly mark: '+' | '-' | ' '; readonly text: string };

function compareLines(actual: readonly string[], expected: readonly string[]): { text: string; isSkipped: boolean } {
  const shown: string[] = [];
  let isSkipped = false;
  let equal: string[] = [];
  const closeEqual = () => {
    const rest = equal.slice(EQUAL_LINES);
    shown.push(...equal.slice(0, EQUAL_LINES).map((text) => `  ${text}`));
    if (rest.length <= 2) shown.push(...rest.map((text) => `  ${text}`));
    else {
      isSkipped = true;
      shown.push('...', `  ${rest.at(-1)}`);
    }
    equal = [];
  };
  for (const { mark, text } of findDifference(actual, expected)) {
    if (mark === ' ') equal.push(text);
    else {
      closeEqual();
      shown.push(`${mark} ${text}`);
    }
  }
  shown.push(...equal.slice(0, EQUAL_LINES).map((text) => `  ${text}`));
  return { text: shown.join('\n'), isSkipped };
}

/** Lines that differ only in a trailing comma are equal, because the last line of a value has none. */
const isSameLine = (left: string, right: string): boolean =>
  left === right || `${left},` === right || left === `${right},`;

/** Finds the smallest difference of two texts, by the longest common subsequence of their lines. */
function findDifference(actual: readonly string[], expected: readonly string[]): Line[] {
  if (actual.length > COMPARED_LINES || expected.length > COMPARED_LINES) {
    return [
      ...actual.map((text) => ({ mark: '+', text }) as const),
      ...expected.map((text) => ({ mark: '-', text }) as const),
    ];
  }
  const width = expected.length + 1;
  const lengths = new Uint16Array((actual.length + 1) * width);
  for (let left = actual.length - 1; left >= 0; left -= 1) {
    for (let right = expected.length - 1; right >= 0; right -= 1) {
      const at = left * width + right;
      lengths[at] = isSameLine(actual[left]!, expected[right]!)
        ? lengths[at + width + 1]! + 1
        : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  const lines: Line[] = [];
  for (let left = 0, right = 0; left < actual.length || right < expected.length; ) {
    const [mine, theirs] = [actual[left], expected[right]];
    if (mine !== undefined && theirs !== undefined && isSameLine(mine, theirs)) {
      lines.push({ mark: ' ', text: mine.endsWith(',') ? mine : theirs });
      left += 1;
      right += 1;
    } else if (
      mine !== undefined &&
      (theirs === undefined || lengths[(left + 1) * width + right]! >= lengths[left * width + right + 1]!)
    ) {
      lines.push({ mark: '+', text: mine });
      left += 1;
    } else {
      lines.push({ mark: '-', text: theirs! });
      right += 1;
    }
  }
  return lines;
}
