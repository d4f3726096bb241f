import { ForbiddenError } from '@vibecode/platform/errors';
import { requireViewer, type Viewer } from '@vibecode/platform/identity';

/**
 * API keys may be given less than their owner may do. A service that acts for a user has been chosen by its route, and
 * needs no scope.
 *
 * @throws {UnauthenticatedError} nobody is signed in
 * @throws {ForbiddenError} the token was not given the scope
 */
export function requireScope(viewer: Viewer | null, scope: 'project:read' | 'project:write'): Viewer {
  const signedIn = requireViewer(viewer);
  if (signedIn.actor !== null || signedIn.scopes.includes(scope)) return signedIn;
  throw new ForbiddenError(`This needs the scope '${scope}'. Use an API key that has it, or sign in.`, {
    details: { scope },
  });
}
