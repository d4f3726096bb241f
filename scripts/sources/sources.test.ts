import { findCodes } from './error.codes.ts';
import { findSwallowedErrors } from './swallowed.errors.ts';

test('finds the codes that a source gives to objects, as literals, constants and choices', () => {
  const source = `
    const TOO_SLOW = 'SUBSCRIPTION_TOO_SLOW';
    const error = { message, extensions: { code: 'NOT_FOUND', other: 'NOT_A_CODE' } };
    const second = { 'code': TOO_SLOW };
    const third = { code: isLate ? 'GATEWAY_TIMEOUT' : 'BAD_GATEWAY' };
  `;
  expect(findCodes('a.ts', source)).toEqual([
    { place: 'a.ts:3', code: 'NOT_FOUND' },
    { place: 'a.ts:4', code: 'SUBSCRIPTION_TOO_SLOW' },
    { place: 'a.ts:5', code: 'GATEWAY_TIMEOUT' },
    { place: 'a.ts:5', code: 'BAD_GATEWAY' },
  ]);
});

test("leaves the codes of the system, of libraries and of other files' constants alone", () => {
  const source = `
    const system = [{ code: 'ENOENT' }, { code: 'ERR_INVALID_ARG_TYPE' }, { code: '25006' }, { code: 'custom' }];
    const passed = { code: error.code };
    type Answer = { code: 'NO_VALUE' };
  `;
  expect(findCodes('a.ts', source)).toEqual([]);
});

test.each([
  ['an empty block', 'try { a(); } catch {}'],
  ['a fallback without a word', 'try { a(); } catch { return null; }'],
  ['a comment that belongs to the try block', 'try {\n  // reads a\n  a();\n} catch {\n  return null;\n}'],
  ['a throw that is not always reached', 'try { a(); } catch { if (b) throw new Error(); }'],
])('finds a swallowed error: %s', (_name, source) => {
  expect(findSwallowedErrors('a.ts', `function read() {\n${source}\n}`)).toHaveLength(1);
});

test.each([
  ['a comment in the block', 'try { a(); } catch {\n  // a miss\n}'],
  ['a comment behind the last line', 'try { a(); } catch {\n  return null;\n} // a miss'],
  ['the error is read', 'try { a(); } catch (error) { log(error); }'],
  ['another error is thrown', "try { a(); } catch { throw new Error('not JSON'); }"],
])('allows a catch: %s', (_name, source) => {
  expect(findSwallowedErrors('a.ts', `function read() {\n${source}\n}`)).toEqual([]);
});
