import { OffsetTracker } from '../../src/events/offset.tracker.ts';
import * as fc from '../../src/testing/property.ts';

/** Offsets that rise with gaps, and the order in which they finish. */
const runs = fc
  .uniqueArray(fc.bigInt({ min: 0n, max: 500n }), { minLength: 1, maxLength: 60 })
  .map((offsets) => offsets.sort((a, b) => Number(a - b)))
  .chain((offsets) =>
    fc.record({
      offsets: fc.constant(offsets),
      finishing: fc.shuffledSubarray(offsets, { minLength: 0, maxLength: offsets.length }),
    }),
  );

describe('OffsetTracker', () => {
  it('may commit exactly the contiguous finished prefix, after every step', () => {
    fc.assert(
      fc.property(runs, ({ offsets, finishing }) => {
        const tracker = new OffsetTracker();
        for (const offset of offsets) tracker.start(offset);
        const finished = new Set<bigint>();
        for (const offset of finishing) {
          tracker.finish(offset);
          finished.add(offset);
          const firstOpen = offsets.findIndex((candidate) => !finished.has(candidate));
          const prefix = firstOpen === -1 ? offsets : offsets.slice(0, firstOpen);
          const last = prefix.at(-1);
          expect(tracker.committable).toBe(last === undefined ? null : last + 1n);
        }
      }),
    );
  });

  it('never goes back while messages start and finish in turn', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), fc.infiniteStream(fc.nat()), (starts, picks) => {
        const tracker = new OffsetTracker();
        const open: bigint[] = [];
        let next = 0n;
        let before = -1n;
        for (const start of starts) {
          if (start || open.length === 0) {
            tracker.start(next);
            open.push(next++);
          } else {
            const [offset] = open.splice((picks.next().value as number) % open.length, 1);
            tracker.finish(offset as bigint);
          }
          const now = tracker.committable ?? -1n;
          expect(now).toBeGreaterThanOrEqual(before);
          for (const offset of open) expect(now).toBeLessThanOrEqual(offset);
          before = now;
        }
      }),
    );
  });

  it('refuses offsets that fall, were never started or finish twice', () => {
    const tracker = new OffsetTracker();
    tracker.start(4n);
    expect(() => tracker.start(4n)).toThrow('Offsets must rise');
    expect(() => tracker.finish(5n)).toThrow('has not been started');
    tracker.finish(4n);
    expect(() => tracker.finish(4n)).toThrow('has not been started');
  });
});
