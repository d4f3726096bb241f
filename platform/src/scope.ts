import { ForbiddenError } from './errors.ts';
import { requireViewer, type Viewer } from './identity.ts';

/** Scopes for API keys. A user who signed in has all of them, and `account`. */
export const apiKeyScopes = [
  'project:read',
  'project:write',
  'generation:read',
  'generation:write',
  'execution:run',
  'usage:read',
  'notification:read',
] as const;

/** `account` is never granted to an API key: it covers sessions, API keys, password, profile and payments. */
export type Scope = ApiKeyScope | 'account';

export type ApiKeyScope = (typeof apiKeyScopes)[number];

/**
 * Requires a scope, because an API key may have fewer rights than its owner. A service that acts for a user needs no scope: its
 * route has admitted it.
 *
 * @throws {UnauthenticatedError} the request is anonymous
 * @throws {ForbiddenError} the token does not have the scope
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
