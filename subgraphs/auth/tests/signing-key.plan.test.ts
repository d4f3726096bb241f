import * as fc from '@vibecode/platform/testing/property';
import { addMs } from '../src/clock.ts';
import { type PlannedKey, planRotation } from '../src/signing-key.plan.ts';

const policy = { rotationMs: 1000, leadMs: 100, overlapMs: 150 };
const start = new Date('2026-01-01T00:00:00Z');

describe('planRotation', () => {
  it('makes the first key active at once', () => {
    expect(planRotation([], start, policy)).toEqual({ signing: null, published: [], expired: [], nextActiveAt: start });
  });

  it('publishes the next key before it signs and the last one while its tokens live', () => {
    const keys = [
      { id: 'a', activeAt: start },
      { id: 'b', activeAt: addMs(start, 1000) },
    ];
    const at = (ms: number) => planRotation(keys, addMs(start, ms), policy);
    expect(at(999)).toMatchObject({ signing: 'a', published: ['a', 'b'], expired: [] });
    expect(at(1000)).toMatchObject({ signing: 'b', published: ['a', 'b'], expired: [] });
    expect(at(1149)).toMatchObject({ published: ['a', 'b'] });
    expect(at(1150)).toMatchObject({ signing: 'b', published: ['b'], expired: ['a'] });
  });

  it('asks for the next key one lead ahead, and no sooner', () => {
    const keys = [{ id: 'a', activeAt: start }];
    expect(planRotation(keys, addMs(start, 899), policy).nextActiveAt).toBeNull();
    expect(planRotation(keys, addMs(start, 900), policy).nextActiveAt).toEqual(addMs(start, 1000));
  });

  it('never lets a verifier meet an unknown key, however seldom the ring is refreshed', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(gaps, (gapsMs) => {
        let keys: PlannedKey[] = [];
        let now = start;
        const firstSeen = new Map<string, Date>();
        let last: { id: string; at: Date } | undefined;
        for (const gapMs of gapsMs) {
          const plan = planRotation(keys, now, policy);
          keys = keys.filter((key) => !plan.expired.includes(key.id));
          if (plan.nextActiveAt) keys.push({ id: `key ${firstSeen.size}`, activeAt: plan.nextActiveAt });
          const current = planRotation(keys, now, policy);
          for (const id of current.published) if (!firstSeen.has(id)) firstSeen.set(id, now);
          expect(current.signing).not.toBeNull();
          expect(current.published).toContain(current.signing);
          const seen = firstSeen.get(current.signing!)!;
          if (seen > start) expect(now.getTime() - seen.getTime()).toBeGreaterThanOrEqual(policy.leadMs);
          if (last && now.getTime() - last.at.getTime() < policy.overlapMs)
            expect(current.published).toContain(last.id);
          last = { id: current.signing!, at: now };
          now = addMs(now, gapMs);
        }
      }),
    );
  });
});
