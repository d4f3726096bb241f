import * as fc from '@vibecode/platform/testing/property';
import { rankFiles } from '../src/prompt.relevance.ts';

const toFile = (path: string, content = '') => ({ path, content });
const filler = Array.from({ length: 60 }, (_, at) => toFile(`lib/part${at}.js`, `export const part${at} = ${at};\n`));

async function rank(prompt: string, files: readonly { path: string; content: string }[], wanted?: readonly string[]) {
  return (await rankFiles([...filler, ...files], prompt, wanted)).map(({ path }) => path);
}

describe('files that a request is about', () => {
  it('are what it names, then what shares its words, before all others', async () => {
    const files = [
      toFile('z/billing.js', 'export function invoice(user) { return user.total; }'),
      toFile('z/session.js', 'export function signIn(password) { return hash(password); }'),
      toFile('z/readme.md', 'How to start.'),
    ];
    expect((await rank('The password is wrong when one signs in', files))[0]).toBe('z/session.js');
    expect((await rank('Send an invoice to each user', files))[0]).toBe('z/billing.js');
    expect((await rank('Say in readme.md how invoices are made.', files)).slice(0, 2)).toEqual([
      'z/readme.md',
      'z/billing.js',
    ]);
  });

  it('are found by parts of compound names, and by paths', async () => {
    const files = [toFile('src/LoginForm.tsx', '<form/>'), toFile('src/other.tsx', 'x')];
    expect((await rank('the loginForm flickers', files))[0]).toBe('src/LoginForm.tsx');
    expect((await rank('The login page flickers', files))[0]).toBe('src/LoginForm.tsx');
  });

  it('come behind those that were chosen, in the order they were chosen', async () => {
    const files = [toFile('a.js', 'password'), toFile('b.js'), toFile('c.js')];
    expect((await rank('the password', files, ['c.js', 'b.js', 'not-there.js'])).slice(0, 3)).toEqual([
      'c.js',
      'b.js',
      'a.js',
    ]);
  });

  it('keep their order where nothing tells them apart', async () => {
    const paths = filler.map(({ path }) => path);
    expect(await rank('', [])).toEqual(paths);
    expect(await rank('äöü 漢字 🎉', [])).toEqual(paths);
  });

  it('are all there, each once, whatever the request and the files', async () => {
    const file = fc.record({ path: fc.string({ unit: 'binary' }), content: fc.string({ unit: 'binary' }) });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(file, { selector: ({ path }) => path }), fc.string(), async (files, prompt) => {
        const ranked = await rankFiles(files, prompt);
        expect(new Set(ranked)).toEqual(new Set(files));
        expect(ranked).toHaveLength(files.length);
      }),
    );
  });

  it('are found among 5,000 without stopping the process', async () => {
    const large = Array.from({ length: 5_000 }, (_, at) =>
      toFile(`src/file${at}.js`, `${'const a = 1;\n'.repeat(300)}`),
    );
    large[4_321] = toFile('src/file4321.js', `${'const a = 1;\n'.repeat(300)}// quarterly revenue\n`);
    let turns = 0;
    let isRanking = true;
    const count = () => {
      turns += 1;
      if (isRanking) setImmediate(count);
    };
    setImmediate(count);
    const [first] = await rankFiles(large, `revenue ${Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ')}`);
    isRanking = false;
    expect(first?.path).toBe('src/file4321.js');
    const characters = large.reduce((sum, { content }) => sum + content.length, 0);
    expect(turns).toBeGreaterThan(characters / (1_024 * 1_024));
  });
});
