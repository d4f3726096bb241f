import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDemoAccount, openDemoAccount } from '../src/demo.account.ts';
import { startTestAuth } from './start.auth.ts';

const login = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
const register = 'mutation($input: RegisterInput!) { register(input: $input) { accessToken } }';

describe('the demo account', () => {
  it('is made once, found again, and left alone when its password was changed', async () => {
    await using auth = await startTestAuth();
    const account = { email: 'demo@example.com', password: 'a password of its own', displayName: 'Demo' };
    expect(await ensureDemoAccount(auth.url, account)).toBe('CREATED');
    expect(await ensureDemoAccount(auth.url, account)).toBe('READY');
    expect(await ensureDemoAccount(auth.url, { ...account, password: 'another password' })).toBe('CHANGED');
    expect(auth.users).toHaveLength(1);
  });

  it('does not keep the password that everybody knows', async () => {
    await using auth = await startTestAuth();
    const former = { email: 'demo@example.com', password: 'demo-password-1', displayName: 'Demo' };
    await auth.must(register, { input: former });
    const account = { ...former, password: 'a password of its own' };
    expect(await ensureDemoAccount(auth.url, account)).toBe('READY');
    const { email, password } = former;
    expect((await auth.query(login, { input: { email, password } })).errors?.[0]?.extensions.code).toBe(
      'AUTH_INVALID_CREDENTIALS',
    );
    expect(await ensureDemoAccount(auth.url, account)).toBe('READY');
  });

  it('draws its password once for each data directory, and keeps it for its owner', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'vibecode-demo-'))));
    const path = join(first as string, 'demo-login.json');
    const account = await openDemoAccount(path);
    expect(account).toEqual({
      email: 'demo@vibecode.local',
      password: expect.stringMatching(/^demo-[\w-]{43}$/),
      displayName: 'Demo',
    });
    expect(await openDemoAccount(path)).toEqual(account);
    expect((await openDemoAccount(join(second as string, 'demo-login.json'))).password).not.toBe(account.password);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});
