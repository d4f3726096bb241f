import * as fc from '@vibecode/platform/testing/property';
import { type Allowance, decideHold, toRemainingTokens } from '../src/allowance.ts';
import { periodAt } from '../src/period.ts';
import { MICROS_PER_CENT, toAffordableTokens, toCostMicros } from '../src/price.ts';

const tokens = fc.integer({ min: 0, max: 10_000_000 });
const micros = fc.integer({ min: 0, max: 1_000_000_000 });
const price = fc.record({
  promptMicrosPerMillion: fc.integer({ min: 0, max: 100_000_000 }),
  completionMicrosPerMillion: fc.integer({ min: 0, max: 100_000_000 }),
});
const allowance: fc.Arbitrary<Allowance> = fc.record({
  limitTokens: tokens,
  usedTokens: tokens,
  heldTokens: tokens,
  spendCapMicros: fc.option(micros),
  spentMicros: micros,
  heldMicros: micros,
});

const request = fc.record({ promptTokens: tokens, maxTokens: tokens, price, budgetTokens: fc.option(tokens) });

describe('decideHold', () => {
  it('never grants past the token limit, the spend cap or a budget', () => {
    fc.assert(
      fc.property(allowance, request, (allowance, request) => {
        const { promptTokens, maxTokens, budgetTokens } = request;
        const decision = decideHold(allowance, request);
        if (!decision.granted) return;
        const { usedTokens, heldTokens, limitTokens, spentMicros, heldMicros, spendCapMicros } = allowance;
        expect(promptTokens + maxTokens).toBeLessThanOrEqual(toRemainingTokens(allowance));
        if (promptTokens + maxTokens > 0) {
          expect(usedTokens + heldTokens + promptTokens + maxTokens).toBeLessThanOrEqual(limitTokens);
        }
        if (budgetTokens !== null) expect(promptTokens + maxTokens).toBeLessThanOrEqual(budgetTokens);
        if (spendCapMicros !== null) {
          expect(spentMicros + heldMicros + decision.costMicros).toBeLessThanOrEqual(spendCapMicros);
        }
      }),
    );
  });

  it('names in a refusal exactly the largest request that it would have granted', () => {
    fc.assert(
      fc.property(allowance, request, (allowance, request) => {
        const decision = decideHold(allowance, request);
        if (decision.granted) return;
        const { affordableTokens } = decision;
        expect(affordableTokens).toBeLessThan(Math.max(1, request.maxTokens));
        expect(decideHold(allowance, { ...request, maxTokens: affordableTokens + 1 }).granted).toBe(false);
        if (affordableTokens > 0) {
          expect(decideHold(allowance, { ...request, maxTokens: affordableTokens }).granted).toBe(true);
        }
      }),
    );
  });

  it('says what stood in the way', () => {
    const free = { limitTokens: 100, usedTokens: 40, heldTokens: 30, spentMicros: 0, heldMicros: 0 };
    const price = { promptMicrosPerMillion: 1_000_000, completionMicrosPerMillion: 2_000_000 };
    const request = { promptTokens: 10, maxTokens: 21, price, budgetTokens: null };
    expect(decideHold({ ...free, spendCapMicros: null }, request)).toEqual({
      granted: false,
      affordableTokens: 20,
      reason: 'TOKENS',
    });
    expect(decideHold({ ...free, spendCapMicros: 20 }, request)).toEqual({
      granted: false,
      affordableTokens: 5,
      reason: 'SPEND_CAP',
    });
    expect(decideHold({ ...free, spendCapMicros: null }, { ...request, budgetTokens: 25 })).toEqual({
      granted: false,
      affordableTokens: 15,
      reason: 'API_KEY_BUDGET',
    });
  });
});

describe('token prices', () => {
  it('afford as many tokens as the budget pays for and not one more, for budgets of any size', () => {
    const largest = 2 ** 31 * MICROS_PER_CENT;
    const budget = fc.integer({ min: 0, max: largest });
    fc.assert(
      fc.property(price, tokens, budget, (price, promptTokens, budget) => {
        fc.pre(price.completionMicrosPerMillion > 0);
        const affordable = toAffordableTokens(price, promptTokens, budget);
        const cost = (count: number) =>
          BigInt(promptTokens) * BigInt(price.promptMicrosPerMillion) +
          BigInt(count) * BigInt(price.completionMicrosPerMillion);
        const limit = BigInt(budget) * 1_000_000n;
        if (affordable < 0) expect(cost(0)).toBeGreaterThan(limit);
        else expect(cost(affordable) <= limit).toBe(true);
        if (affordable >= 0 && affordable < Number.MAX_SAFE_INTEGER) expect(cost(affordable + 1) > limit).toBe(true);
      }),
    );
  });

  it('round a generation up to whole micro-units, once', () => {
    const price = { promptMicrosPerMillion: 150_000, completionMicrosPerMillion: 600_000 };
    expect(toCostMicros(price, 1000, 500)).toBe(450);
    expect(toCostMicros(price, 1, 1)).toBe(1);
    expect(toCostMicros(price, 0, 0)).toBe(0);
    expect(toCostMicros({ promptMicrosPerMillion: 0, completionMicrosPerMillion: 0 }, 999, 999)).toBe(0);
  });
});

describe('periodAt', () => {
  const moment = fc.date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2060-01-01T00:00:00Z'),
    noInvalidDate: true,
  });

  it('holds its moment, and its end begins the next', () => {
    fc.assert(
      fc.property(moment, fc.nat({ max: 20 * 365 * 86_400_000 }), (anchor, laterMs) => {
        const at = new Date(anchor.getTime() + laterMs);
        const { start, end } = periodAt(anchor, at);
        expect(start <= at && at < end).toBe(true);
        expect(periodAt(anchor, start)).toEqual({ start, end });
        expect(periodAt(anchor, new Date(end.getTime() - 1))).toEqual({ start, end });
        expect(periodAt(anchor, end).start).toEqual(end);
        expect(end.getTime() - start.getTime()).toBeGreaterThanOrEqual(28 * 86_400_000);
      }),
    );
  });

  it('comes back to the 31st after shorter months', () => {
    const anchor = new Date('2026-01-31T10:00:00Z');
    expect(periodAt(anchor, new Date('2026-03-01T00:00:00Z'))).toEqual({
      start: new Date('2026-02-28T10:00:00Z'),
      end: new Date('2026-03-31T10:00:00Z'),
    });
  });
});
