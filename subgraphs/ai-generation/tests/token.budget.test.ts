import * as fc from '@vibecode/platform/testing/property';
import { estimateTokens } from '../src/models/model.ts';
import { toHeldPromptTokens, toHeldTokens, toMaxTokens, toPromptBudget } from '../src/token.budget.ts';

const prompt = fc.string({ minLength: 1, maxLength: 20_000 });
const context = fc.option(fc.integer({ min: 512, max: 200_000 }));
const requested = fc.option(fc.integer({ min: 1, max: 32_768 }));

const model = { id: 'small', provider: 'test' };

/** Null where prompt and answer do not fit. */
function tryMaxTokens(wanted: number | null, text: string, contextTokens: number | null): number | null {
  try {
    return toMaxTokens(wanted, text, contextTokens, model);
  } catch {
    return null;
  }
}

describe('the token budget', () => {
  it('never lets prompt and answer pass the context, and always leaves room for the request itself', () => {
    fc.assert(
      fc.property(prompt, context, requested, (text, contextTokens, wanted) => {
        const maxTokens = tryMaxTokens(wanted, text, contextTokens);
        if (maxTokens === null) return;
        const budget = toPromptBudget(text, maxTokens, contextTokens);
        if (contextTokens !== null) expect(toHeldTokens(budget) - 1 + maxTokens).toBeLessThanOrEqual(contextTokens);
        expect(budget).toBeGreaterThanOrEqual(estimateTokens(text));
      }),
    );
  });

  it('never asks for more than is held', () => {
    fc.assert(
      fc.property(prompt, context, requested, (text, contextTokens, wanted) => {
        const maxTokens = tryMaxTokens(wanted, text, contextTokens);
        if (maxTokens === null) return;
        const budget = toPromptBudget(text, maxTokens, contextTokens);
        expect(Math.floor(budget)).toBeLessThanOrEqual(toHeldPromptTokens(text, contextTokens));
      }),
    );
  });

  it('gives what was asked for, or says what the most would be', () => {
    expect(toMaxTokens(100, 'x', null, model)).toBe(100);
    expect(toMaxTokens(null, 'x', null, model)).toBe(2_048);
    expect(toMaxTokens(null, 'x', 2_048, model)).toBe(1_024);
    let largest = 0;
    try {
      toMaxTokens(8_000, 'x', 8_192, model);
    } catch (error) {
      largest = (error as { details: { largest: number } }).details.largest;
    }
    expect(toMaxTokens(largest, 'x', 8_192, model)).toBe(largest);
  });

  it('says by how much a prompt is over the context', () => {
    const tokens = toHeldTokens(2_000 + 400);
    expect(() => toMaxTokens(null, 'x'.repeat(8_000), 2_048, model)).toThrow(`it is ${tokens - 2_048} tokens too long`);
  });
});
