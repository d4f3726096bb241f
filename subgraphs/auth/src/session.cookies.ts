import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import type { SignIn } from './session.service.ts';

/** The access token, for pages that keep none themselves. The gateway reads it. */
const SESSION_COOKIE = 'vibecode_session';
/** The refresh token, for `refresh` without an argument. */
const REFRESH_COOKIE = 'vibecode_refresh';

/** Tells the gateway whom a mutation signed in, by the token; or, being empty, that it signed the viewer out. */
const VIEWER_TOKEN_HEADER = 'x-viewer-token';

/**
 * The cookies of a browser's session (RFC 6265): no script can read them, and no other site's page sends them. They go with
 * every answer that signs in; clients that are not browsers pass over them. The gateway is told beside them: it runs the
 * rest of the operation as the new viewer.
 */
export interface SessionCookies {
  /** Null when the browser sent none. */
  readonly refreshToken: string | null;
  set(signIn: SignIn): void;
  clear(): void;
}

export interface SessionCookieOptions {
  /** Whether browsers keep them to HTTPS. */
  readonly secure: boolean;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export function createSessionCookies(
  { headers, appendHeader }: Pick<OperationContext, 'headers' | 'appendHeader'>,
  { secure, now = Date.now }: SessionCookieOptions,
): SessionCookies {
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  const write = (name: string, value: string, maxAgeMs: number) =>
    appendHeader?.('set-cookie', `${name}=${value}; Max-Age=${Math.max(0, Math.floor(maxAgeMs / 1000))}${attributes}`);
  return {
    refreshToken: findCookie(headers.cookie ?? '', REFRESH_COOKIE),
    set({ accessToken, accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt }) {
      write(SESSION_COOKIE, accessToken, accessTokenExpiresAt.getTime() - now());
      write(REFRESH_COOKIE, refreshToken, refreshTokenExpiresAt.getTime() - now());
      appendHeader?.(VIEWER_TOKEN_HEADER, accessToken);
    },
    clear() {
      write(SESSION_COOKIE, '', 0);
      write(REFRESH_COOKIE, '', 0);
      appendHeader?.(VIEWER_TOKEN_HEADER, '');
    },
  };
}

function findCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return null;
}
