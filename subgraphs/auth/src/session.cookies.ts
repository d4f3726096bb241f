import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import type { SignIn } from './session.service.ts';

/** Cookie with the access token, for pages that do not store tokens. The gateway reads it. */
const SESSION_COOKIE = 'vibecode_session';
/** Cookie with the refresh token, for `refresh` without an argument. */
const REFRESH_COOKIE = 'vibecode_refresh';

/** Header with the token of the viewer that a mutation signed in; empty if it signed the viewer out. The gateway reads it. */
const VIEWER_TOKEN_HEADER = 'x-viewer-token';

/**
 * The cookies of a browser's session (RFC 6265). Scripts cannot read them, and pages of other sites do not send them. Every
 * answer that signs in sets them; other clients than browsers ignore them. The viewer's header is set with them, so that the
 * gateway runs the remaining operation as the new viewer.
 */
export interface SessionCookies {
  /** Null if the request has no such cookie. */
  readonly refreshToken: string | null;
  set(signIn: SignIn): void;
  clear(): void;
}

export interface SessionCookieOptions {
  /** Whether browsers send them over HTTPS only. */
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
