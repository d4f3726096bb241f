import { apiKeyScopes, type Scope } from '@vibecode/platform/scope';

export const ACCOUNT_SCOPE: Scope = 'account';

/** A user who signed in with a password has all scopes. */
export const SESSION_SCOPES: readonly Scope[] = [...apiKeyScopes, ACCOUNT_SCOPE];
