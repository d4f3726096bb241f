import { parseOptions } from '@node-rs/bcrypt';
import { createPasswordHasher } from '../src/password.ts';

describe('the password hasher', () => {
  it('accepts the password and nothing else', async () => {
    const passwords = await createPasswordHasher({ cost: 4 });
    const stored = await passwords.hash('correct horse battery');
    expect(await passwords.verify('correct horse battery', stored)).toBe(true);
    expect(await passwords.verify('correct horse batterY', stored)).toBe(false);
    expect(parseOptions(stored)).toMatchObject({ cost: 4 });
  });

  it.each([
    ['a difference after 72 bytes', 'x'.repeat(100), `${'x'.repeat(99)}y`],
    ['a difference after a zero byte', 'ten chars\u0000a', 'ten chars\u0000b'],
  ])('sees %s', async (_, password, other) => {
    const passwords = await createPasswordHasher({ cost: 4 });
    const stored = await passwords.hash(password);
    expect(await passwords.verify(password, stored)).toBe(true);
    expect(await passwords.verify(other, stored)).toBe(false);
  });

  it('takes composed and decomposed letters for the same', async () => {
    const passwords = await createPasswordHasher({ cost: 4 });
    const stored = await passwords.hash('caf\u00e9 caf\u00e9 caf\u00e9');
    expect(await passwords.verify('cafe\u0301 cafe\u0301 cafe\u0301', stored)).toBe(true);
  });

  it('answers false where there is no account', async () => {
    const passwords = await createPasswordHasher({ cost: 4 });
    expect(await passwords.verify('anything at all', null)).toBe(false);
  });

  it('asks for a new hash when the cost has changed', async () => {
    const [before, after] = await Promise.all([createPasswordHasher({ cost: 4 }), createPasswordHasher({ cost: 5 })]);
    const stored = await before.hash('correct horse battery');
    expect([before.needsRehash(stored), after.needsRehash(stored)]).toEqual([false, true]);
    expect(await after.verify('correct horse battery', stored)).toBe(true);
  });

  it('refuses what would wait too long', async () => {
    const passwords = await createPasswordHasher({ cost: 4, concurrency: 1, queueLimit: 1 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => passwords.hash('correct horse battery')));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'AUTH_BUSY' } });
  });
});
