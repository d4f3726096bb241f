import { host } from './host.ts';
import { customInspect, inspect } from './inspect.ts';

/** Source: https://url.spec.whatwg.org; the parsing is the host's own. */
export class URLSearchParams {
  #pairs: [string, string][] = [];
  #changed: (text: string) => void;

  constructor(
    init: string | Iterable<[string, string]> | Record<string, string> = '',
    changed: (text: string) => void = () => undefined,
  ) {
    this.#changed = changed;
    if (typeof init === 'string') {
      for (const part of init.replace(/^\?/, '').split('&').filter(Boolean)) {
        const [name = '', ...value] = part.split('=');
        this.#pairs.push([decode(name), decode(value.join('='))]);
      }
    } else if (Symbol.iterator in init)
      this.#pairs = [...(init as Iterable<[string, string]>)].map(([name, value]) => [String(name), String(value)]);
    else this.#pairs = Object.entries(init).map(([name, value]) => [name, String(value)]);
  }

  get size(): number {
    return this.#pairs.length;
  }
  append(name: string, value: string): void {
    this.#pairs.push([name, String(value)]);
    this.#changed(this.toString());
  }
  delete(name: string): void {
    this.#pairs = this.#pairs.filter(([other]) => other !== name);
    this.#changed(this.toString());
  }
  get(name: string): string | null {
    return this.#pairs.find(([other]) => other === name)?.[1] ?? null;
  }
  getAll(name: string): string[] {
    return this.#pairs.filter(([other]) => other === name).map(([, value]) => value);
  }
  has(name: string): boolean {
    return this.#pairs.some(([other]) => other === name);
  }
  set(name: string, value: string): void {
    const position = this.#pairs.findIndex(([other]) => other === name);
    if (position < 0) {
      this.append(name, value);
      return;
    }
    this.#pairs = this.#pairs.filter(([other], index) => other !== name || index === position);
    this.#pairs[position]![1] = String(value);
    this.#changed(this.toString());
  }
  sort(): void {
    this.#pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
    this.#changed(this.toString());
  }
  forEach(visit: (value: string, name: string, all: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) visit(value, name, this);
  }
  *entries(): Generator<[string, string]> {
    for (const [name, value] of this.#pairs) yield [name, value];
  }
  *keys(): Generator<string> {
    for (const [name] of this.#pairs) yield name;
  }
  *values(): Generator<string> {
    for (const [, value] of this.#pairs) yield value;
  }
  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
  toString(): string {
    return this.#pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
  [customInspect](): string {
    return `URLSearchParams ${inspect(Object.fromEntries(this.#pairs))}`;
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};
const encode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

type Parts = Record<
  | 'href'
  | 'origin'
  | 'protocol'
  | 'username'
  | 'password'
  | 'host'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'hash',
  string
>;

function parseParts(url: string, base: string): Parts {
  const parts = host.parseUrl(url, base);
  if (!parts) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: url });
  return JSON.parse(parts);
}

export class URL {
  #parts: Parts;
  #searchParams: URLSearchParams | null = null;

  constructor(url: string | URL, base?: string | URL) {
    this.#parts = parseParts(String(url), base === undefined ? '' : String(base));
  }
  static canParse(url: string, base?: string): boolean {
    return host.parseUrl(String(url), base === undefined ? '' : String(base)) !== '';
  }
  get searchParams(): URLSearchParams {
    this.#searchParams ??= new URLSearchParams(this.search, (text) => {
      this.search = text;
    });
    return this.#searchParams;
  }
  get href(): string {
    return this.#parts.href;
  }
  get origin(): string {
    return this.#parts.origin;
  }
  get protocol(): string {
    return this.#parts.protocol;
  }
  get username(): string {
    return this.#parts.username;
  }
  get password(): string {
    return this.#parts.password;
  }
  get host(): string {
    return this.#parts.host;
  }
  get hostname(): string {
    return this.#parts.hostname;
  }
  get port(): string {
    return this.#parts.port;
  }
  get pathname(): string {
    return this.#parts.pathname;
  }
  set pathname(value: string) {
    this.#replace({ pathname: value.startsWith('/') ? value : `/${value}` });
  }
  get search(): string {
    return this.#parts.search;
  }
  set search(value: string) {
    this.#replace({ search: value && !value.startsWith('?') ? `?${value}` : value });
  }
  get hash(): string {
    return this.#parts.hash;
  }
  set hash(value: string) {
    this.#replace({ hash: value && !value.startsWith('#') ? `#${value}` : value });
  }
  toString(): string {
    return this.href;
  }
  toJSON(): string {
    return this.href;
  }
  [customInspect](): string {
    return `URL ${inspect({ ...this.#parts })}`;
  }
  #replace(change: Partial<Parts>): void {
    const { protocol, username, password, host: authority, pathname, search, hash } = { ...this.#parts, ...change };
    const credentials = username ? `${username}${password ? `:${password}` : ''}@` : '';
    this.#parts = parseParts(`${protocol}//${credentials}${authority}${pathname}${search}${hash}`, '');
  }
}

export function fileURLToPath(url: string | URL): string {
  return decodeURIComponent(new URL(url).pathname);
}

export function pathToFileURL(path: string): URL {
  return new URL(encodeURI(path), 'file:///');
}

export default { URL, URLSearchParams, fileURLToPath, pathToFileURL };
