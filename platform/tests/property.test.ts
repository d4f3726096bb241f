import * as fc from '../src/testing/property.ts';

const holds = (met: number[]) =>
  fc.property(fc.nat(), (value) => {
    met.push(value);
  });
const seven = fc.property(fc.nat(), (value) => {
  if (value > 7) throw new Error(`${value} is more than seven.`);
});
const sevenLater = fc.asyncProperty(fc.nat(), async (value) => {
  await Promise.resolve();
  if (value > 7) throw new Error(`${value} is more than seven.`);
});

const NEVER = () => {
  throw new Error('One run covers little.');
};

describe('A property', () => {
  it('is checked with the same inputs each time, as many as it says', () => {
    const [first, second, other]: number[][] = [[], [], []];
    const check = fc.createAssert({ seed: 1 });
    check(holds(first as number[]), { numRuns: 20 });
    check(holds(second as number[]), { numRuns: 20 });
    fc.createAssert({ seed: 2 })(holds(other as number[]), { numRuns: 20 });
    expect(first).toHaveLength(20);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('reports its smallest failure, and the command that repeats it', async () => {
    const check = fc.createAssert({ seed: 3 });
    const expected =
      /^Repeat it by: FUZZ_SEED=3 FUZZ_RUN=(\d+) npm test -- platform\/tests\/property\.test\.ts -t "A property reports [^"]*"\n8 is more than seven\.\nInput: \[8\]$/;
    expect(() => check(seven)).toThrow(expected);
    await expect(check(sevenLater)).rejects.toThrow(expected);
  });

  it('is repeated in the run that failed, and in no other', () => {
    const met: number[] = [];
    fc.createAssert({ seed: 1 })(holds(met), { numRuns: 20 });
    const again: number[] = [];
    fc.createAssert({ seed: 1, run: 17 })(holds(again), { numRuns: 20, covers: NEVER });
    expect(again).toEqual([met[17]]);
  });

  it('is checked with what failed once, unless a seed is chosen', () => {
    const [met, chosen]: number[][] = [[], []];
    const regressions = [{ seed: 1, run: 17 }];
    fc.createAssert({ seed: 2 })(holds(met as number[]), { numRuns: 1, regressions });
    fc.createAssert({ seed: 2, isChosen: true })(holds(chosen as number[]), { numRuns: 1, regressions });
    expect([met?.length, chosen?.length]).toEqual([2, 1]);
    expect(met?.at(-1)).toBe(chosen?.[0]);
  });

  it('has met what it is there to meet', () => {
    const check = fc.createAssert({ seed: 1 });
    const covers = () => {
      throw new Error('Nothing was met.');
    };
    expect(() => check(holds([]), { covers })).toThrow('Nothing was met.');
  });

  it('may take longer than asked, and covers little then', async () => {
    const { promise: never } = Promise.withResolvers<void>();
    const slow = fc.asyncProperty(fc.nat(), () => never);
    await fc.createAssert({ seed: 1, seconds: 0.01 })(slow, { numRuns: 1, covers: NEVER });
  });

  it('is checked for as long as asked', () => {
    const met: number[] = [];
    fc.createAssert({ seed: 1, seconds: 0.5 })(holds(met), { numRuns: 1 });
    expect(met.length).toBeGreaterThan(1);
  });
});
