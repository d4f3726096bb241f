import { apiKeyScopes, type Scope } from '@vibecode/platform/scope';

export const accountScope: Scope = 'account';

/** A person who signed in may do everything. */
export const sessionScopes: readonly Scope[] = [...apiKeyScopes, accountScope];
