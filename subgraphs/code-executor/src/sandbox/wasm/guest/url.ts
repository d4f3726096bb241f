import { createCodedError } from './argument.errors.ts';
import { customInspect, type InspectOptions, inspect } from './inspect.ts';
import { askUrl, type UrlParts } from './url.host.ts';
import { URLSearchParams } from './url.parameters.ts';

export { URLSearchParams };

/** The parts with setters. */
const CHANGEABLE = [
  'href',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

/** Source: https://url.spec.whatwg.org. The host parses URLs, and applies the changes of setters. */
export class URL {
  #parts: UrlParts;
  #searchParams: URLSearchParams | null = null;
  declare href: string;
  declare protocol: string;
  declare username: string;
  declare password: string;
  declare host: string;
  declare hostname: string;
  declare port: string;
  declare pathname: string;
  declare search: string;
  declare hash: string;

  constructor(...values: readonly unknown[]) {
    if (values.length === 0)
      throw createCodedError(new TypeError('The "url" argument must be specified'), 'ERR_MISSING_ARGS');
    const [input, base] = values.map((value) => (value === undefined ? undefined : String(value)));
    this.#parts = parse(input ?? 'undefined', base);
  }

  static canParse(url: unknown, base?: unknown): boolean {
    return URL.parse(url, base) !== null;
  }

  static parse(url: unknown, base?: unknown): URL | null {
    try {
      return base === undefined ? new URL(url) : new URL(url, base);
    } catch {
      // The constructor throws for an invalid URL.
      return null;
    }
  }

  get searchParams(): URLSearchParams {
    this.#searchParams ??= new URLSearchParams(this.search, (search) => {
      this.#parts = askUrl({ change: 'search', href: this.href, value: search }) ?? this.#parts;
    });
    return this.#searchParams;
  }

  get origin(): string {
    return this.#parts.origin;
  }

  toString(): string {
    return this.#parts.href;
  }

  toJSON(): string {
    return this.#parts.href;
  }

  [customInspect](depth: number, options: InspectOptions): unknown {
    if (depth < 0) return this;
    const { search, hash, ...parts } = this.#parts;
    const shown = { ...parts, search, searchParams: this.searchParams, hash };
    return `${this.constructor.name} ${inspect(shown, options)}`;
  }

  static {
    for (const name of CHANGEABLE) {
      Object.defineProperty(URL.prototype, name, {
        configurable: true,
        enumerable: true,
        get(this: URL) {
          return this.#parts[name];
        },
        set(this: URL, value: unknown) {
          const changed = askUrl({ change: name, href: this.#parts.href, value: String(value) });
          if (!changed) throw invalid(String(value));
          this.#parts = changed;
          this.#searchParams?.reset(changed.search);
        },
      });
    }
  }
}

function parse(url: string, base: string | undefined): UrlParts {
  const parts = askUrl({ url, base });
  if (parts) return parts;
  throw Object.assign(invalid(url), base === undefined ? {} : { base });
}

function invalid(input: string): TypeError {
  return Object.assign(createCodedError(new TypeError('Invalid URL'), 'ERR_INVALID_URL'), { input });
}

function refuse(message: string, code: string): never {
  throw createCodedError(new TypeError(message), code);
}

export function fileURLToPath(url: string | URL): string {
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== 'file:') refuse('The URL must be of scheme file', 'ERR_INVALID_URL_SCHEME');
  if (hostname !== '') refuse('File URL host must be "localhost" or empty on linux', 'ERR_INVALID_FILE_URL_HOST');
  if (/%2f/i.test(pathname)) refuse('File URL path must not include encoded / characters', 'ERR_INVALID_FILE_URL_PATH');
  return decodeURIComponent(pathname);
}

export function pathToFileURL(path: string): URL {
  const escaped = path.replace(/[%\\\n\r\t?#]/g, (mark) => encodeURIComponent(mark));
  return new URL(escaped, 'file:///');
}

export default { URL, URLSearchParams, fileURLToPath, pathToFileURL };
