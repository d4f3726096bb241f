import * as fc from '@vibecode/platform/testing/property';
import { addMs } from '../src/clock.ts';
import { RefreshToken } from '../src/refresh-token.entity.ts';
import { Session } from '../src/session.entity.ts';
import { client, otherClient } from './start.services.ts';

const start = new Date('2026-01-01T00:00:00Z');
const graceMs = 30_000;
const issue = (lifetimeMs: number) =>
  RefreshToken.issue({ id: 'id', sessionId: 'session', token: 'token', expiresAt: addMs(start, lifetimeMs) }, start);

describe('a refresh token', () => {
  it('is stored as a digest', () => {
    expect(JSON.stringify(issue(1))).not.toContain('"token"');
  });

  it('opens once, until the moment it expires', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 2e9 }), (lifetimeMs, atMs) => {
        const outcome = issue(lifetimeMs).use(client, addMs(start, atMs), graceMs);
        expect(outcome).toBe(atMs < lifetimeMs ? 'ROTATED' : 'EXPIRED');
      }),
    );
  });

  it('opens again only for the same client within the grace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.boolean(), (laterMs, same) => {
        const token = issue(1e9);
        token.use(client, start, graceMs);
        const outcome = token.use(same ? client : otherClient, addMs(start, laterMs), graceMs);
        expect(outcome).toBe(same && laterMs < graceMs ? 'GRACE' : 'REUSED');
      }),
    );
  });

  it('does not prolong the grace by being used in it', () => {
    const token = issue(1e9);
    token.use(client, start, graceMs);
    expect(token.use(client, addMs(start, graceMs - 1), graceMs)).toBe('GRACE');
    expect(token.use(client, addMs(start, graceMs), graceMs)).toBe('REUSED');
  });
});

describe('a session', () => {
  it('lives on by use, but never past its maximum', () => {
    const lifetime = { idleMs: 1000, maxMs: 5000 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 20 }), (gapsMs) => {
        const session = Session.open({ id: 'id', accountId: 'account', client }, lifetime, start);
        let now = start;
        for (const gapMs of gapsMs) {
          const previous = now;
          now = addMs(now, gapMs);
          const expected = gapMs < lifetime.idleMs && now.getTime() - start.getTime() < lifetime.maxMs;
          expect(session.isLive(now)).toBe(expected && session.lastSeenAt.getTime() === previous.getTime());
          if (!session.isLive(now)) return;
          session.touch(client, lifetime, now);
        }
      }),
    );
  });
});
