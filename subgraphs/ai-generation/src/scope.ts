import { ForbiddenError } from '@vibecode/platform/errors';
import { requireViewer, type Viewer } from '@vibecode/platform/identity';

type Scope = 'generation:read' | 'generation:write';

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

function hasScope({ actor, scopes }: Viewer, scope: Scope): boolean {
  return actor !== null || scopes.includes(scope);
}

/** As `requireScope` for reading, where what may not be seen is null. */
export function canRead(viewer: Viewer | null): viewer is Viewer {
  return viewer !== null && hasScope(viewer, 'generation:read');
}
