import { z } from 'zod';

/** A login for trying things out. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

export const demoAccount: DemoAccount = {
  email: 'demo@vibecode.local',
  password: 'demo-password-1',
  displayName: 'Demo',
};

/** `CREATED` now, `READY` since earlier, or `CHANGED`: somebody chose another password, which is respected. */
export type DemoAccountState = 'CREATED' | 'READY' | 'CHANGED';

const answer = z.object({
  data: z.object({ user: z.object({ accessTokenExpiresAt: z.string() }) }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

const TIMEOUT_MS = 20_000;

/**
 * Makes sure that the demo account is there, as anybody would register it. Safe to repeat.
 *
 * @param url of auth or of the gateway, without a path: `http://127.0.0.1:8081`
 * @throws Error when it can neither be registered nor found
 */
export async function ensureDemoAccount(url: string, account: DemoAccount = demoAccount): Promise<DemoAccountState> {
  const { email, password, displayName } = account;
  const login = await send(url, 'login', 'LoginInput', { email, password });
  if (login === null) return 'READY';
  if (login !== 'AUTH_INVALID_CREDENTIALS') throw new Error(`The demo account cannot log in: ${login}.`);
  const registration = await send(url, 'register', 'RegisterInput', { email, password, displayName });
  if (registration === null) return 'CREATED';
  if (registration === 'AUTH_EMAIL_TAKEN') return 'CHANGED';
  throw new Error(`The demo account cannot be registered: ${registration}.`);
}

/** @returns the code of the refusal, or null when it went well */
async function send(url: string, mutation: string, input: string, variables: object): Promise<string | null> {
  const query = `mutation Demo($input: ${input}!) { user: ${mutation}(input: $input) { accessTokenExpiresAt } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'vibecode demo account' },
    body: JSON.stringify({ query, variables: { input: variables } }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { data, errors } = answer.parse(await response.json());
  return data ? null : (errors?.[0]?.extensions.code ?? `status ${response.status}`);
}
