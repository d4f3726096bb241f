import { ForbiddenError } from './errors.ts';
import { requireViewer, type Viewer } from './identity.ts';

/** What an API key may be allowed. A person who signed in has all of these, and `account`. */
export const apiKeyScopes = [
  'project:read',
  'project:write',
  'generation:read',
  'generation:write',
  'execution:run',
  'usage:read',
  'notification:read',
] as const;

/** `account` is for people only, never for a key: sessions, API keys, password, profile, payments. */
export type Scope = ApiKeyScope | 'account';

export type ApiKeyScope = (typeof apiKeyScopes)[number];

/**
 * API keys may be given less than their owner may do. A service that acts for a user has been chosen by its route, and
 * needs no scope.
 *
 * @throws {UnauthenticatedError} nobody is signed in
 * @throws {ForbiddenError} the token was not given the scope
 */
export function requireScope(viewer: Viewer | null, scope: Scope): Viewer {
  const signedIn = requireViewer(viewer);
  if (hasScope(signedIn, scope)) return signedIn;
  throw new ForbiddenError(`This needs the scope '${scope}'. Use an API key that has it, or sign in.`, {
    details: { scope },
  });
}

export function hasScope({ actor, scopes }: Viewer, scope: Scope): boolean {
  return actor !== null || scopes.includes(scope);
}
