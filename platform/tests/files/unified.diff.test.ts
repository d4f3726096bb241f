import * as fc from '@vibecode/platform/testing/property';
import { applyPatch } from 'diff';
import { toUnifiedDiff } from '../../src/files/unified.diff.ts';

describe('toUnifiedDiff', () => {
  it('shows changed lines with their surroundings, as git does', () => {
    const [before, after] = [Buffer.from('a\nb\nc\n'), Buffer.from('a\nB\nc\n')];
    expect(toUnifiedDiff('x.txt', before, after)).toBe('--- a/x.txt\n+++ b/x.txt\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n');
    expect(toUnifiedDiff('x.txt', null, Buffer.from('a'))).toBe(
      '--- /dev/null\n+++ b/x.txt\n@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n',
    );
    expect(toUnifiedDiff('x.txt', before, before)).toBe('');
    expect(toUnifiedDiff('x.bin', null, Buffer.from([0]))).toBe('Binary files /dev/null and b/x.bin differ\n');
  });

  it.each([
    ['in time', undefined],
    ['when the time is up at once', -1],
  ])('is one that a patch program applies, %s', (_, timeoutMs) => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = toUnifiedDiff('x', Buffer.from(before), Buffer.from(after), timeoutMs);
        expect(applyPatch(before, diff)).toBe(after);
      }),
    );
  });

  it('gives up on the least difference of large unlike files in good time', () => {
    const lines = (seed: string) => Array.from({ length: 60_000 }, (_, index) => `${seed}${(index * 7_919) % 60_013}`);
    const [before, after] = [lines('a').join('\n'), `${lines('b').join('\n')}\n`];
    const diff = toUnifiedDiff('x', Buffer.from(before), Buffer.from(after));
    expect(applyPatch(before, diff)).toBe(after);
  });
});
