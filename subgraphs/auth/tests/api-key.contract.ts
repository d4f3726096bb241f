import { decodeJwt } from 'jose';
import { client, type StartServices } from './start.services.ts';

const MINUTE_MS = 60_000;

export function describeApiKeys(start: StartServices): void {
  describe('API keys', () => {
    const input = { name: 'ci', scopes: ['project:read'] as const, expiresAt: null, tokenBudget: 1000 };

    it('are exchanged for a short token within their scopes, until revoked', async () => {
      await using auth = await start();
      const { userId } = await auth.signUp();
      const { apiKey, secret } = await auth.apiKeys.create(userId, { ...input, scopes: [...input.scopes] }, client);
      expect(secret.startsWith(apiKey.prefix)).toBe(true);
      expect(JSON.stringify(await auth.apiKeys.list(userId))).not.toContain(secret);
      const { token } = await auth.apiKeys.exchange(secret);
      expect(decodeJwt(token)).toMatchObject({
        sub: userId,
        aud: 'vibecode',
        scope: 'project:read',
        sid: apiKey.id,
        token_budget: 1000,
      });
      await auth.apiKeys.revoke(userId, apiKey.id, client);
      expect(auth.revoked.map(({ sessionId }) => sessionId)).toEqual([apiKey.id]);
      await expect(auth.apiKeys.exchange(secret)).rejects.toMatchObject({ details: { reason: 'revoked' } });
      await expect(auth.apiKeys.exchange('vck_unknown')).rejects.toMatchObject({ details: { reason: 'unknown' } });
      expect(await auth.apiKeys.list(userId)).toEqual([]);
    });

    it('give no token that outlives them', async () => {
      await using auth = await start();
      const { userId } = await auth.signUp();
      const expiresAt = new Date(auth.clock().getTime() + MINUTE_MS);
      const { secret } = await auth.apiKeys.create(userId, { ...input, scopes: [...input.scopes], expiresAt }, client);
      expect((await auth.apiKeys.exchange(secret)).expiresAt).toEqual(expiresAt);
      auth.clock.advance(MINUTE_MS);
      await expect(auth.apiKeys.exchange(secret)).rejects.toMatchObject({ details: { reason: 'expired' } });
    });

    it('are revoked by their owner only', async () => {
      await using auth = await start();
      const [ann, bob] = [await auth.signUp(), await auth.signUp()];
      const { apiKey } = await auth.apiKeys.create(ann.userId, { ...input, scopes: [...input.scopes] }, client);
      await expect(auth.apiKeys.revoke(bob.userId, apiKey.id, client)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
