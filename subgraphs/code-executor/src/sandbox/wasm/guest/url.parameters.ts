import { createCodedError } from './argument.errors.ts';
import { customInspect, type InspectOptions, inspect } from './inspect.ts';
import { formatQuery, parseQuery } from './url.host.ts';

type Pair = [name: string, value: string];

function toPairs(init: unknown): Pair[] {
  if (init === undefined || init === null) return [];
  if (typeof init !== 'object' && typeof init !== 'function') return parseQuery(String(init).replace(/^\?/, ''));
  if (typeof (init as Iterable<unknown>)[Symbol.iterator] !== 'function')
    return Object.entries(init).map(([name, value]) => [name, String(value).toWellFormed()]);
  return Array.from(init as Iterable<unknown>, (pair) => {
    const isIterable = typeof (pair as Iterable<unknown> | null)?.[Symbol.iterator] === 'function';
    const [name, value, ...more] = isIterable && typeof pair === 'object' ? [...(pair as Iterable<unknown>)] : [];
    if (value === undefined || more.length > 0) {
      const message = 'Each query pair must be an iterable [name, value] tuple';
      throw createCodedError(new TypeError(message), 'ERR_INVALID_TUPLE');
    }
    return [String(name).toWellFormed(), String(value).toWellFormed()];
  });
}

/** Source: https://url.spec.whatwg.org/#interface-urlsearchparams. The host parses and formats queries. */
export class URLSearchParams {
  #pairs: Pair[];
  readonly #onChange: (text: string) => void;

  constructor(init?: unknown, onChange: (text: string) => void = () => undefined) {
    this.#pairs = toPairs(init);
    this.#onChange = typeof onChange === 'function' ? onChange : () => undefined;
  }

  /** Replaces the parameters by the query of the URL that they belong to. */
  reset(search: string): void {
    this.#pairs = toPairs(search);
  }

  #change(pairs: Pair[]): void {
    this.#pairs = pairs;
    this.#onChange(this.toString());
  }

  get size(): number {
    return this.#pairs.length;
  }
  append(name: string, value: string): void {
    this.#change([...this.#pairs, [String(name).toWellFormed(), String(value).toWellFormed()]]);
  }
  delete(name: string, value?: string): void {
    this.#change(this.#pairs.filter((pair) => pair[0] !== name || (value !== undefined && pair[1] !== String(value))));
  }
  get(name: string): string | null {
    return this.#pairs.find((pair) => pair[0] === name)?.[1] ?? null;
  }
  getAll(name: string): string[] {
    return this.#pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
  }
  has(name: string, value?: string): boolean {
    return this.#pairs.some((pair) => pair[0] === name && (value === undefined || pair[1] === String(value)));
  }
  set(name: string, value: string): void {
    const position = this.#pairs.findIndex((pair) => pair[0] === name);
    if (position < 0) {
      this.append(name, value);
      return;
    }
    const rest = this.#pairs.filter((pair, index) => pair[0] !== name || index === position);
    this.#change(rest.with(position, [name, String(value).toWellFormed()]));
  }
  sort(): void {
    this.#change(this.#pairs.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
  }
  forEach(visit: (value: string, name: string, all: URLSearchParams) => void, self?: unknown): void {
    for (const [name, value] of this.#pairs) visit.call(self, value, name, this);
  }
  *entries(): Generator<Pair> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }
  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name;
  }
  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value;
  }
  [Symbol.iterator](): Generator<Pair> {
    return this.entries();
  }
  toString(): string {
    return formatQuery(this.#pairs);
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const shown = this.#pairs.map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
    return `${this.constructor.name} {${shown.length > 0 ? ` ${shown.join(', ')} ` : ''}}`;
  }
}
