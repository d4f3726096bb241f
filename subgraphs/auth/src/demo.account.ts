import { ensureSecretFile } from '@vibecode/platform/secret.file';
import { z } from 'zod';
import { createSecret } from './secret.ts';

/** A login for trying things out. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

/** Earlier versions gave every demo account this password. */
const FORMER_PASSWORD = 'demo-password-1';

const storedLogin = z.object({ email: z.string(), password: z.string() });

/**
 * The demo login of these data. Its password is drawn at the first call and kept beside them, so that later starts know it.
 *
 * @param path of a JSON file that only this account can read
 */
export async function openDemoAccount(path: string): Promise<DemoAccount> {
  const text = await ensureSecretFile(path, () =>
    JSON.stringify({ email: 'demo@vibecode.local', password: createSecret('demo-') }),
  );
  return { ...storedLogin.parse(JSON.parse(text)), displayName: 'Demo' };
}

/** `CREATED` now, `READY` since earlier, or `CHANGED`: somebody chose another password, which is respected. */
export type DemoAccountState = 'CREATED' | 'READY' | 'CHANGED';

const answer = z.object({
  data: z.object({ user: z.object({ accessToken: z.string() }) }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

/** A token, or the code of the refusal. */
type Outcome = { readonly token: string } | { readonly refusal: string };

const TIMEOUT_MS = 20_000;
const INVALID = 'AUTH_INVALID_CREDENTIALS';

/**
 * Makes sure that the demo account is there, as anybody would register it. Safe to repeat. An account that still has the
 * password of earlier versions, which everybody knows, is given this one.
 *
 * @param url of auth or of the gateway, without a path: `http://127.0.0.1:8081`
 * @throws Error when it can neither be registered nor found
 */
export async function ensureDemoAccount(url: string, account: DemoAccount): Promise<DemoAccountState> {
  const { email, password, displayName } = account;
  const login = await send(url, 'login', 'LoginInput', { email, password });
  if ('token' in login) return 'READY';
  if (login.refusal !== INVALID) throw new Error(`The demo account cannot log in: ${login.refusal}.`);
  const registration = await send(url, 'register', 'RegisterInput', { email, password, displayName });
  if ('token' in registration) return 'CREATED';
  if (registration.refusal !== 'AUTH_EMAIL_TAKEN') {
    throw new Error(`The demo account cannot be registered: ${registration.refusal}.`);
  }
  const former = await send(url, 'login', 'LoginInput', { email, password: FORMER_PASSWORD });
  if (!('token' in former)) return 'CHANGED';
  const passwords = { currentPassword: FORMER_PASSWORD, newPassword: password };
  const change = await send(url, 'changePassword', 'ChangePasswordInput', passwords, former.token);
  if ('token' in change) return 'READY';
  throw new Error(`The password of the demo account cannot be changed: ${change.refusal}.`);
}

async function send(url: string, mutation: string, input: string, variables: object, token?: string): Promise<Outcome> {
  const query = `mutation Demo($input: ${input}!) { user: ${mutation}(input: $input) { accessToken } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'vibecode demo account',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables: { input: variables } }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { data, errors } = answer.parse(await response.json());
  if (data) return { token: data.user.accessToken };
  return { refusal: errors?.[0]?.extensions.code ?? `status ${response.status}` };
}
