import { findDroppedPromises, findNeverRejecting } from './dropped.promises.ts';
import { findCodes } from './error.codes.ts';
import { findUsedTexts } from './error.uses.ts';
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
  ['an argument', "throw new AppError('TOO_LATE', 'Too late.');"],
  ['the value of a property', "const error = { extensions: { code: 'TOO_LATE' } };"],
  ['a constant', "const CODE = 'TOO_LATE';"],
  ['a choice', "super(isLate ? 'TOO_LATE' : 'TOO_EARLY', text);"],
  ['a default', "fail(code ?? 'TOO_LATE');"],
  ['an answer', "const toCode = () => 'TOO_LATE';"],
])('counts a code as thrown: %s', (_name, source) => {
  expect(findUsedTexts('a.ts', source)).toContain('TOO_LATE');
});

test.each([
  ['a declaration', "export const ERRORS = defineErrors({ 400: { TOO_LATE: 'Come earlier.' } });"],
  ['a declaration, quoted', "export const ERRORS = defineErrors({ 400: { 'TOO_LATE': 'Come earlier.' } });"],
  ['a comparison', "if (error.code === 'TOO_LATE') retry();"],
  ['a case', "switch (code) { case 'TOO_LATE': retry(); }"],
  ['a list that codes are looked up in', "const LATE = new Set(['TOO_LATE']);"],
  ['a type', "type Code = 'TOO_LATE' | 'TOO_EARLY';"],
  ['a comment', "// 'TOO_LATE'"],
])('does not count a code as thrown: %s', (_name, source) => {
  expect(findUsedTexts('a.ts', source)).not.toContain('TOO_LATE');
});

test.each([
  ['an empty block', 'try { a(); } catch {}'],
  ['a fallback without a word', 'try { a(); } catch { return null; }'],
  ['a comment that belongs to the try block', 'try {\n  // reads a\n  a();\n} catch {\n  return null;\n}'],
  ['a throw that is not always reached', 'try { a(); } catch { if (b) throw new Error(); }'],
  ['a named error that nothing reads', 'try { a(); } catch (error) { return null; }'],
  ['a rejection', 'a().catch(() => undefined);'],
  ['a rejection, into a fallback', 'return b(await a().catch(() => null));'],
  ['a rejection, in an empty block', 'a().catch(() => {});'],
  ['a rejection, with a named error that nothing reads', 'a().catch((_error) => []);'],
  ['a rejection, by a function expression', 'a().catch(function () { b(); });'],
  ['a rejection, by a function of the file', 'const ignore = () => undefined;\na().catch(ignore);'],
  ['a rejection, as the second handler', 'a().then(() => b(), () => undefined);'],
  ['a rejection, behind an optional call', 'await running?.catch(() => undefined);'],
  ['an error event', "socket.on('error', () => undefined);"],
  ['an error event, once', "socket.on('close', b).once('error', () => {});"],
  ['a comment of the statement before', '// a miss\nb();\na().catch(() => undefined);'],
  ['a comment of the next line', 'a().catch(() => undefined);\n// a miss\nb();'],
])('finds a swallowed error: %s', (_name, source) => {
  expect(findSwallowedErrors('a.ts', `function read() {\n${source}\n}`)).toHaveLength(1);
});

test.each([
  ['a comment in the block', 'try { a(); } catch {\n  // a miss\n}'],
  ['a comment behind the last line', 'try { a(); } catch {\n  return null;\n} // a miss'],
  ['the error is read', 'try { a(); } catch (error) { log(error); }'],
  ['another error is thrown', "try { a(); } catch { throw new Error('not JSON'); }"],
  ['a comment above a rejection', '// A miss.\na().catch(() => undefined);'],
  ['a comment above a statement of several lines', '// A miss.\nawait a(\n  1,\n).catch(() => undefined);'],
  ['a comment above a link of a chain', 'a()\n  .then(b)\n  // A miss.\n  .catch(() => undefined);'],
  ['a comment above the second handler', 'a().then(\n  b,\n  // A miss.\n  () => undefined,\n);'],
  ['a comment behind a rejection', 'a().catch(() => undefined); // a miss'],
  ['a comment in the handler', 'a().catch(() => {\n  // A miss.\n});'],
  ['a rejection that is read', 'a().catch((error) => log.warn({ error }));'],
  ['a rejection of which a part is read', 'a().catch(({ code }) => log.warn({ code }));'],
  ['a rejection that another error replaces', "a().catch(() => { throw new Error('not JSON'); });"],
  ['a rejection that is handed on', 'a().catch(reject); a().then(b, onFailure);'],
  ['a function of the file that reads the error', 'const warn = (error) => log.warn(error);\na().catch(warn);'],
  ['success alone', 'a().then(() => undefined);'],
  ['an event that is not an error', "socket.on('close', () => undefined);"],
])('allows a catch: %s', (_name, source) => {
  expect(findSwallowedErrors('a.ts', `function read() {\n${source}\n}`)).toEqual([]);
});

const SAFE = new Set(['keep']);

test.each([
  ['void before a call', 'void save();'],
  ['void before one of two calls', 'void (isThere ? keep() : save());'],
  ['a chain without a handler of failures', 'void save().then(show);'],
  ['an import', "void import('./a.ts');"],
  ['an async handler', 'const a = <button onClick={async () => { await save(); }} />;'],
  ['a chain as a handler', 'const a = <button onClick={() => save().then(show)} />;'],
  ['a promise that breaks its word', '/** Never rejects. */\nasync function load() { await save(); }'],
  ['one inside of a hook', '/** Never rejects. */\nconst load = useCallback(async () => { await save(); }, []);'],
  [
    'one after its try',
    '/** Never rejects. */\nasync function load() { try { await keep(); } catch {} await save(); }',
  ],
  [
    'one in its catch',
    '/** Never rejects. */\nasync function load() { try { await save(); } catch { await save(); } }',
  ],
])('finds a promise whose failure nobody would see: %s', (_name, source) => {
  expect(findDroppedPromises('a.tsx', source, SAFE)).toHaveLength(1);
});

test.each([
  ['what never rejects', 'void keep(); void desk.keep(); void desk?.keep().then(show);'],
  ['a handler of failures', 'void save().catch(show); void save().then(show, fail);'],
  ['the router', "void navigate('/');"],
  ['a handler that returns nothing', 'const a = <button onClick={() => save()} onBlur={() => void keep()} />;'],
  [
    'a word that is kept',
    '/** Never rejects. */\nasync function load() { try { await save(); } catch {} await keep(); }',
  ],
  ['functions inside', '/** Never rejects. */\nfunction load() { return keep(async () => { await save(); }); }'],
])('leaves alone: %s', (_name, source) => {
  expect(findDroppedPromises('a.tsx', source, SAFE)).toEqual([]);
});

test('reads from comments which functions never reject', () => {
  const source = `
    /** Never rejects: what goes wrong is in \`error\`. */
    export const run = useCallback(async () => undefined, []);
    interface Desk {
      /** Opens a file. Never rejects. */
      open(path: string): Promise<void>;
      readonly save: () => Promise<void>;
    }
    /** Never rejects. */
    export async function keep() {}
  `;
  expect(findNeverRejecting('a.ts', source)).toEqual(['run', 'open', 'keep']);
});
