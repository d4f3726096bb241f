import { ensureSecretFile } from '@vibecode/platform/secret.file';
import { z } from 'zod';
import { createSecret } from './secret.ts';

/** The login of the demo account. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}

/** Earlier versions gave every demo account this password. */
const FORMER_PASSWORD = 'demo-password-1';

const storedLogin = z.object({ email: z.string(), password: z.string() });

/**
 * Opens the demo login of a data directory. Its password is generated at the first call and stored, so that later starts use it.
 *
 * @param path path of a JSON file that only this account of the machine can read
 */
export async function openDemoAccount(path: string): Promise<DemoAccount> {
  const text = await ensureSecretFile(path, () =>
    JSON.stringify({ email: 'demo@vibecode.local', password: createSecret('demo-') }),
  );
  return { ...storedLogin.parse(JSON.parse(text)), displayName: 'Demo' };
}

/** `CREATED` by this call, `READY` since earlier, or `CHANGED`: a user has chosen another password, which is kept. */
export type DemoAccountState = 'CREATED' | 'READY' | 'CHANGED';

const answer = z.object({
  data: z.object({ user: z.object({ accessToken: z.string() }) }).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).optional(),
});

/** An access token, or the error code of the refusal. */
type Outcome = { readonly token: string } | { readonly refusal: string };

const TIMEOUT_MS = 20_000;
const INVALID = 'AUTH_INVALID_CREDENTIALS';

/**
 * Ensures that the demo account exists, by registering it like any client. Idempotent. If the account still has the publicly
 * known password of earlier versions, its password is changed to this one.
 *
 * @param url base URL of auth or of the gateway, without a path: `http://127.0.0.1:8081`
 * @throws Error if the account can neither log in nor be registered
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
