import { ForbiddenError } from '@vibecode/platform/errors';
import { requireViewer, type Viewer } from '@vibecode/platform/identity';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import { ACCOUNT_SCOPE } from './scope.ts';
import type { AuthServices } from './services.ts';
import type { SessionCookies } from './session.cookies.ts';
import type { Client } from './session.entity.ts';

/** The context of one operation. Services fork an entity manager for each unit of work, because each mutation commits by itself. */
export interface AuthContext extends OperationContext {
  readonly services: AuthServices;
  readonly client: Client;
  readonly cookies: SessionCookies;
}

/**
 * Requires a user who signed in with a password. Programs with an API key may not change sessions, keys or the password.
 *
 * @throws UnauthenticatedError, ForbiddenError
 */
export function requirePerson(viewer: Viewer | null): Viewer & { readonly sessionId: string } {
  const { sessionId, ...person } = requireViewer(viewer);
  if (sessionId === null || !person.scopes.includes(ACCOUNT_SCOPE))
    throw new ForbiddenError('This requires a sign-in with a password; an API key is not enough.');
  return { ...person, sessionId };
}
