import { InvalidInputError } from '@vibecode/platform/errors';
import { apiKeyScopes } from '@vibecode/platform/scope';
import * as fc from '@vibecode/platform/testing/property';
import { parseArgument, registerInput, toCreateApiKeyInput } from '../src/input.ts';

const good = { email: 'ann@example.com', password: 'correct horse battery', displayName: 'Ann' };
const now = new Date('2026-01-01T00:00:00Z');
const goodKey = { name: 'ci', scopes: ['project:read'] };

function refusal(parse: () => unknown): InvalidInputError {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('register input', () => {
  it('makes the address one whatever case it is typed in', () => {
    expect(parseArgument(registerInput, 'input', { ...good, email: ' Ann@Example.COM ' }).email).toBe(
      'ann@example.com',
    );
  });

  it.each([
    ['email', 'ann', 'is not an e-mail address'],
    ['email', `${'a'.repeat(250)}@example.com`, 'longer than'],
    ['password', 'short', 'too short; use at least 10'],
    ['password', 'x'.repeat(257), 'too long'],
    ['password', 'Ann@example.com', 'is the e-mail address'],
    ['displayName', '   ', 'expected 1 to 80 characters'],
    ['displayName', 'x'.repeat(81), 'expected 1 to 80 characters'],
    ['displayName', 'half a character: \ud800', 'incomplete character'],
    ['displayName', 'An\nn', 'control character'],
  ])('refuses %s %j', (field, value, message) => {
    const error = refusal(() => parseArgument(registerInput, 'input', { ...good, [field]: value }));
    expect(error.details.field).toBe(`input.${field}`);
    expect(error.message).toContain(message);
  });

  it('names every field that is wrong', () => {
    const error = refusal(() => parseArgument(registerInput, 'input', { email: '', password: '', displayName: '' }));
    expect((error.details.fields as { field: string }[]).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['input.email', 'input.password', 'input.displayName']),
    );
  });

  it('either keeps to its limits or refuses, whatever comes', () => {
    const field = fc.oneof(fc.anything(), fc.string({ maxLength: 300, unit: 'binary' }), fc.emailAddress());
    fc.assert(
      fc.property(field, field, field, (email, password, displayName) => {
        const result = registerInput.safeParse({ email, password, displayName });
        if (!result.success) return;
        expect(result.data.email).toBe(result.data.email.toLowerCase());
        expect(result.data.email.length).toBeLessThanOrEqual(254);
        expect([...result.data.password].length).toBeGreaterThanOrEqual(10);
        expect([...result.data.displayName].length).toBeLessThanOrEqual(80);
      }),
    );
  });
});

describe('API key input', () => {
  it('names the known scopes when one is unknown', () => {
    const error = refusal(() =>
      parseArgument(toCreateApiKeyInput(now), 'input', { ...goodKey, scopes: ['project:read', 'root'] }),
    );
    expect(error.details.field).toBe('input.scopes.1');
    for (const scope of apiKeyScopes) expect(error.message).toContain(scope);
  });

  it.each([
    ['scopes', [], 'empty'],
    ['expiresAt', now, 'in the past'],
    ['tokenBudget', 0, 'not positive'],
    ['name', '', 'expected 1 to 80 characters'],
  ])('refuses %s %j', (field, value, message) => {
    const error = refusal(() => parseArgument(toCreateApiKeyInput(now), 'input', { ...goodKey, [field]: value }));
    expect(error.details.field).toBe(`input.${field}`);
    expect(error.message).toContain(message);
  });
});
