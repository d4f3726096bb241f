import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { RouterConfig } from '../config/config.schema.ts';

type JwtConfig = NonNullable<NonNullable<RouterConfig['authentication']['router']>['jwt']>;
type SourceConfig = Pick<JwtConfig, 'header_name' | 'header_value_prefix' | 'ignore_other_prefixes' | 'sources'>;
type Headers = Readonly<Record<string, string | undefined>>;

interface FoundToken {
  readonly token: string;
  /** The token is a cookie. Browsers send cookies by themselves, so the request needs the CSRF check. */
  readonly byCookie: boolean;
}

/** Finds the token of a request: the header first, then the other sources in their order, then `connection_init`. */
export type FindToken = (headers: Headers, connectionParams?: Readonly<Record<string, unknown>>) => FoundToken | null;

export const defaultTokenSources: SourceConfig = {
  header_name: 'authorization',
  header_value_prefix: 'Bearer',
  ignore_other_prefixes: false,
  sources: [],
};

/** The same sources, followed by a cookie. */
export function withCookie(config: SourceConfig, name: string | undefined): SourceConfig {
  return name === undefined ? config : { ...config, sources: [...config.sources, { type: 'cookie', name }] };
}

/** @throws UnauthenticatedError (from the finder) for a header with another prefix, unless those are ignored */
export function createTokenFinder(config: SourceConfig = defaultTokenSources): FindToken {
  const sources = [
    { type: 'header' as const, name: config.header_name, value_prefix: config.header_value_prefix },
    ...config.sources,
  ];
  const isForeign = (value: string): boolean =>
    !config.ignore_other_prefixes &&
    sources.every((source) => source.type !== 'header' || !hasPrefix(value, source.value_prefix));

  return (headers, connectionParams) => {
    for (const source of sources) {
      if (source.type === 'cookie') {
        const token = headers.cookie && findCookie(headers.cookie, source.name);
        if (token) return { token, byCookie: true };
        continue;
      }
      const value = headers[source.name] ?? findParameter(connectionParams, source.name);
      if (value === undefined || value === '') continue;
      const token = removePrefix(value, source.value_prefix);
      if (token) return { token, byCookie: false };
      if (isForeign(value)) {
        throw new UnauthenticatedError(
          `The '${source.name}' header has another form than expected: '${source.value_prefix} ' and a token.`,
          { details: { reason: 'prefix' } },
        );
      }
    }
    return null;
  };
}

function hasPrefix(value: string, prefix: string): boolean {
  return removePrefix(value, prefix) !== null;
}

/** Schemes are case-insensitive (RFC 9110, section 11.1). */
function removePrefix(value: string, prefix: string): string | null {
  if (prefix === '') return value.trim();
  const head = value.slice(0, prefix.length + 1);
  return head.toLowerCase() === `${prefix.toLowerCase()} ` ? value.slice(prefix.length + 1).trim() : null;
}

function findParameter(parameters: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  if (!parameters) return undefined;
  for (const [key, value] of Object.entries(parameters)) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
  }
  const { headers } = parameters;
  if (headers && typeof headers === 'object' && !Array.isArray(headers)) {
    return findParameter(headers as Record<string, unknown>, name);
  }
  return undefined;
}

/** The value of a cookie in a `Cookie` header (RFC 6265, section 4.2). Null when the header has no such cookie. */
export function findCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at < 0 || part.slice(0, at).trim() !== name) continue;
    const value = part.slice(at + 1).trim();
    return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  }
  return null;
}
