import { ensureDemoAccount } from '../src/demo.account.ts';
import { startTestAuth } from './start.auth.ts';

it('is made once, found again, and left alone when its password was changed', async () => {
  await using auth = await startTestAuth();
  const account = { email: 'demo@example.com', password: 'demo-password-1', displayName: 'Demo' };
  expect(await ensureDemoAccount(auth.url, account)).toBe('CREATED');
  expect(await ensureDemoAccount(auth.url, account)).toBe('READY');
  expect(await ensureDemoAccount(auth.url, { ...account, password: 'another password' })).toBe('CHANGED');
  expect(auth.users).toHaveLength(1);
});
