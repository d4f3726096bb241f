import { apiKeyScopes, type Scope } from '@vibecode/platform/scope';

export const accountScope: Scope = 'account';

/** A user who signed in with a password has all scopes. */
export const sessionScopes: readonly Scope[] = [...apiKeyScopes, accountScope];
