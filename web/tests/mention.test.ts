import { completeMention, findMention, findPaths, toPathIndex } from '../src/features/generation/mention.ts';

describe('a mention', () => {
  it.each([
    ['@', 1, { start: 0, end: 1, query: '' }],
    ['see @src/a', 10, { start: 4, end: 10, query: 'src/a' }],
    ['see (@a)', 7, { start: 5, end: 7, query: 'a' }],
    ['a\n@b c', 4, { start: 2, end: 4, query: 'b' }],
    ['me@example.com', 14, null],
    ['@b c', 4, null],
    ['nothing', 7, null],
  ])('is found in %j at %i', (text, caret, found) => {
    expect(findMention(text, caret)).toEqual(found);
  });

  it('becomes the path, with one blank behind it', () => {
    const mention = { start: 4, end: 6, query: 'a' };
    expect(completeMention('see @a now', mention, 'src/a.js')).toEqual({ text: 'see src/a.js now', caret: 13 });
    expect(completeMention('see @a', mention, 'src/a.js')).toEqual({ text: 'see src/a.js ', caret: 13 });
  });

  it('finds paths by characters in their order, the best first, and quickly among 5,000', () => {
    const paths = Array.from({ length: 5_000 }, (_, at) => `src/part-${at % 50}/module-${at}/index.js`);
    const index = toPathIndex([...paths, 'src/commands/add.js', 'docs/a-guide.md']);
    expect(findPaths(index, 'cmdadd', 5)[0]).toBe('src/commands/add.js');
    expect(findPaths(index, 'zzz', 5)).toEqual([]);
    expect(findPaths(index, '', 2)).toEqual(paths.slice(0, 2));
    const started = performance.now();
    for (const query of ['m', 'mo', 'mod', 'module49', 'index']) findPaths(index, query, 50);
    // Some milliseconds each; the bound is for a machine that does much else.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
