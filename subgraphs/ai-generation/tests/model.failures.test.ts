import { ContextExceededError, ModelRefusedError, ModelUnavailableError } from '../src/errors.ts';
import { readProviderError } from '../src/models/chat.chunk.ts';
import { toModelFailure } from '../src/models/model.failures.ts';

const model = { id: 'gpt-fake', provider: 'openai' };
const fail = (status: number, body: unknown, retryAfter: string | null = null) =>
  toModelFailure(model, readProviderError(body), { status, retryAfter, now: Date.parse('2026-11-28T10:00:00Z') });

describe('what an error of a provider means', () => {
  it.each([
    [429, '2', 2_000],
    [503, 'Sat, 28 Nov 2026 10:00:05 GMT', 5_000],
    [502, null, 500],
    [503, 'soon', 500],
    [429, '-1', 500],
    [429, '3600', null],
    [401, '1', null],
  ])('%i with Retry-After %s may be repeated after %s ms', (status, retryAfter, retryAfterMs) => {
    expect(fail(status, { error: { message: 'Later.' } }, retryAfter)).toMatchObject({ retryAfterMs });
  });

  it.each([
    [500, true],
    [503, true],
    [401, true],
    [429, false],
  ])('%i counts as a fault of the model: %s', (status, countsAsFault) => {
    const error = fail(status, { error: { message: 'No.' } });
    expect(error).toBeInstanceOf(ModelUnavailableError);
    expect(error).toMatchObject({ countsAsFault });
  });

  it.each([400, 413, 422])('%i blames the request', (status) => {
    expect(fail(status, { error: { message: 'No.' } })).toBeInstanceOf(ModelRefusedError);
  });

  it.each([
    ['prompt is too long: 210000 tokens > 200000 maximum', 10_000],
    ['the prompt has 5,009 tokens; maximum context length is 4,097', 912],
    ['context length exceeded', null],
  ])('%s: over the context by %s', (message, exceededBy) => {
    const error = fail(400, { error: { message } });
    expect(error).toBeInstanceOf(ContextExceededError);
    expect(error).toMatchObject({ code: 'GENERATION_CONTEXT_EXCEEDED', details: { exceededBy } });
  });

  it('never passes on half of a character, or more than a few hundred', () => {
    const { message } = fail(500, { error: { message: '🌍'.repeat(1_000) } });
    expect(message.isWellFormed()).toBe(true);
    expect(message.length).toBeLessThan(700);
  });
});
