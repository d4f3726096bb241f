/** Readers of JSON text in UTF-8 (RFC 8259) without spaces between tokens. Each returns the position after its token, or -1. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const SMALL_E = 0x65;
const BIG_E = 0x45;
const SMALL_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const ESCAPED = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));
const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text));
/** Deepest nesting that is read. A value with deeper nesting counts as invalid. */
const MAX_DEPTH = 64;

export function skipLiteral(bytes: Buffer, at: number, literal: Buffer): number {
  const { length } = literal;
  for (let index = 0; index < length; index += 1) if (bytes[at + index] !== literal[index]) return -1;
  return at + length;
}

/** @param start position of the opening quote */
export function skipString(bytes: Buffer, start: number): number {
  const end = bytes.length;
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return -1;
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at);
      if (at < 0) return -1;
    } else at += 1;
  }
  return -1;
}

function skipEscape(bytes: Buffer, at: number): number {
  const escaped = bytes[at + 1];
  if (escaped === undefined) return -1;
  if (escaped !== SMALL_U) return ESCAPED.has(escaped) ? at + 2 : -1;
  return /^[\da-f]{4}$/i.test(bytes.toString('latin1', at + 2, at + 6)) ? at + 6 : -1;
}

export function skipNumber(bytes: Buffer, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[at] === ZERO) at += 1;
  else at = skipDigits(bytes, at);
  if (at >= 0 && bytes[at] === DOT) at = skipDigits(bytes, at + 1);
  if (at < 0 || (bytes[at] !== SMALL_E && bytes[at] !== BIG_E)) return at;
  const sign = bytes[at + 1];
  return skipDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
}

/** Skips one or more digits. */
function skipDigits(bytes: Buffer, start: number): number {
  const end = bytes.length;
  let at = start;
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
  return at > start ? at : -1;
}

/** Skips any value. */
export function skipJsonValue(bytes: Buffer, at: number, depth = 0): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_BRACE) return depth < MAX_DEPTH ? skipMembers(bytes, at + 1, CLOSE_BRACE, depth + 1) : -1;
  if (first === OPEN_BRACKET) return depth < MAX_DEPTH ? skipMembers(bytes, at + 1, CLOSE_BRACKET, depth + 1) : -1;
  for (const literal of LITERALS) {
    const end = skipLiteral(bytes, at, literal);
    if (end >= 0) return end;
  }
  return skipNumber(bytes, at);
}

/** Skips the members of an object or a list, and the closing bracket. */
function skipMembers(bytes: Buffer, start: number, close: number, depth: number): number {
  let at = start;
  if (bytes[at] === close) return at + 1;
  for (;;) {
    if (close === CLOSE_BRACE) {
      at = bytes[at] === QUOTE ? skipString(bytes, at) : -1;
      if (at < 0 || bytes[at] !== COLON) return -1;
      at += 1;
    }
    at = skipJsonValue(bytes, at, depth);
    if (at < 0) return -1;
    const next = bytes[at];
    at += 1;
    if (next === close) return at;
    if (next !== COMMA) return -1;
  }
}
