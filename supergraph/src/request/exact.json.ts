import { randomUUID } from 'node:crypto';

declare global {
  interface JSON {
    /** A value that `JSON.stringify` writes as the given text. */
    rawJSON(text: string): object;
  }
}

/** A number of JSON that a double cannot hold: its digits, as they came. `JSON.stringify` writes them again. */
export class ExactNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The nearest double; infinite where the number is out of range. */
  toNumber(): number {
    return Number(this.#text);
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): object {
    return JSON.rawJSON(this.#text);
  }
}

/** The fewest characters at which a double may not hold a number that has no exponent. */
const MIN_LENGTH = 16;
const LARGE_EXPONENT = /[\d.][eE][+-]?\d{3}/g;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Begins strings that stand for numbers. Nobody outside of this process can know it. */
const MARK = `exact-number-${randomUUID()}:`;
const SPACE = 32;
const COMMA = 44;
const COLON = 58;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;

interface Token {
  readonly start: number;
  readonly end: number;
}

/**
 * As `JSON.parse`, but a number that a double cannot hold comes as an `ExactNumber`. Texts without such a number, the usual
 * ones, are only looked over, at every 16th character. What stays a double has the same value in other words at most:
 * `1.50`, `1e3`, `-0`.
 *
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  const tokens = findInexact(text);
  if (tokens.length === 0) return JSON.parse(text);
  let marked = '';
  let at = 0;
  for (const { start, end } of tokens) {
    marked += `${text.slice(at, start)}"${MARK}${text.slice(start, end)}"`;
    at = end;
  }
  return unmark(JSON.parse(marked + text.slice(at)));
}

/** A text that stands for a number, for what passes texts on and would round numbers. */
export function markNumber(literal: string): string {
  return MARK + literal;
}

/** Puts numbers in the place of the quoted texts that stand for them. */
export function unmarkNumbers(text: string): string {
  const [head = '', ...marked] = text.split(`"${MARK}`);
  return head + marked.map((part) => part.replace('"', '')).join('');
}

/** Whether a double holds the number that a literal of JSON or GraphQL says. */
export function isExact(literal: string): boolean {
  const text = String(Number(literal));
  if (text === literal) return true;
  // All digits of a plain integer count: as an ID it is a text.
  if (!/[.eE]/.test(literal)) return literal === '-0';
  return toCanonical(text) === toCanonical(literal);
}

/** A number as sign, digits without zeros around them, and the power of ten of the last of them. */
function toCanonical(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [integer = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = integer + fraction;
  let first = 0;
  while (digits[first] === '0') first += 1;
  let last = digits.length;
  while (last > first && digits[last - 1] === '0') last -= 1;
  if (first === last) return '0';
  return `${sign}${digits.slice(first, last)}e${Number(exponent) - fraction.length + (digits.length - last)}`;
}

/** The numbers of a JSON text that a double does not hold, in their order. */
function findInexact(text: string): Token[] {
  const found = new Map<number, Token>();
  const add = (token: Token) => {
    if (!mayBegin(text, token.start)) return;
    const literal = text.slice(token.start, token.end);
    if (!isExact(literal) && NUMBER.test(literal) && !isName(text, token.end)) found.set(token.start, token);
  };
  // Each run of 16 digits has one of them at every 16th character.
  for (let at = MIN_LENGTH - 1; at < text.length; at += MIN_LENGTH) {
    if (!isDigitOrPoint(text.charCodeAt(at))) continue;
    const token = expand(text, at);
    if (token.end - token.start >= MIN_LENGTH) add(token);
    at = Math.max(at, token.end);
  }
  LARGE_EXPONENT.lastIndex = 0;
  for (let match = LARGE_EXPONENT.exec(text); match; match = LARGE_EXPONENT.exec(text)) {
    const token = expand(text, match.index);
    add(token);
    LARGE_EXPONENT.lastIndex = token.end;
  }
  if (found.size === 0) return [];
  const inOrder = [...found.values()].sort((one, other) => one.start - other.start);
  return outsideOfStrings(text, inOrder);
}

/** All around a character that may stand in a number. */
function expand(text: string, at: number): Token {
  let start = at;
  while (start > 0 && isOfNumber(text.charCodeAt(start - 1))) start -= 1;
  let end = at + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return { start, end };
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
}

/** Digits, `.`, `+`, `-`, `e` and `E`. */
function isOfNumber(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || code === 101 || code === 69;
}

/** Whether a value can begin there, as far as what is before it tells. */
function mayBegin(text: string, start: number): boolean {
  if (start === 0) return true;
  const before = text.charCodeAt(start - 1);
  return before === COLON || before === COMMA || before === OPENING_BRACKET || before <= SPACE;
}

/** Whether what ends there stands where a name must: a number is an error there, and stays one. */
function isName(text: string, end: number): boolean {
  let next = end;
  while (text.charCodeAt(next) <= SPACE) next += 1;
  return text.charCodeAt(next) === COLON;
}

function outsideOfStrings(text: string, tokens: readonly Token[]): Token[] {
  let at = 0;
  let quote = text.indexOf('"');
  return tokens.filter(({ start }) => {
    while (quote >= 0 && quote < start) {
      at = findClosingQuote(text, quote + 1) + 1;
      quote = text.indexOf('"', at);
    }
    return at <= start;
  });
}

/** Past the end where there is none: then the text is not JSON. */
function findClosingQuote(text: string, from: number): number {
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let escapes = 0;
    while (quote - 1 - escapes >= from && text.charCodeAt(quote - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return quote;
    at = quote + 1;
  }
}

/** Puts numbers in the place of the strings that stand for them. */
function unmark(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? new ExactNumber(value.slice(MARK.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const element: unknown = value[index];
      if (typeof element === 'object' || typeof element === 'string') value[index] = unmark(element);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const key of Object.keys(object)) {
    const inner = object[key];
    if (typeof inner === 'string') {
      if (inner.startsWith(MARK)) setNumber(object, key, new ExactNumber(inner.slice(MARK.length)));
    } else if (typeof inner === 'object' && inner !== null) unmark(inner);
  }
  return value;
}

/** A key may be `__proto__`: the text made it the object's own. */
function setNumber(object: Record<string, unknown>, key: string, value: ExactNumber): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
