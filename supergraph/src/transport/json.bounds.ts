import { HttpError } from '../request/http.error.ts';

export const DEFAULT_MAX_JSON_VALUES = 50_000;

/** Deepest nesting of a request's JSON. */
const MAX_DEPTH = 200;
/** What is shorter cannot be over any bound that matters. */
const SHORT = 1_024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Refuses JSON that would take long to parse, in time linear in its length: parsing takes its time for each value and key,
 * not for the characters of strings. Of text that is not JSON it says nothing.
 * @throws HttpError 400 `JSON_LIMIT`
 */
export function assertJsonBounds(text: string, maxValues: number): void {
  if (text.length < SHORT) return;
  let values = 1;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = findEnd(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > MAX_DEPTH) throw refused(`nests deeper than ${MAX_DEPTH}`);
        values += 1;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case 0x2c: // ,
      case 0x3a: // :
        values += 1;
        break;
    }
    if (values > maxValues) throw refused(`has more than ${maxValues} values and keys`);
  }
}

/** Where the string ends that begins at a quote. */
function findEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    if (character === BACKSLASH) at += 1;
  }
  return text.length;
}

function refused(what: string): HttpError {
  return new HttpError(400, `The request's JSON ${what}.`, 'JSON_LIMIT');
}
