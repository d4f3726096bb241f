/** What an API key may be allowed. A person who signed in has all of these and `account`. */
export const apiKeyScopes = [
  'project:read',
  'project:write',
  'generation:read',
  'generation:write',
  'execution:run',
  'usage:read',
  'notification:read',
] as const;

export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** Sessions, API keys and the password: only for a person who signed in, never for a key. */
export const accountScope = 'account';

export const sessionScopes: readonly string[] = [...apiKeyScopes, accountScope];
