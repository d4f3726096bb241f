import * as fc from '@vibecode/platform/testing/property';
import { Blame } from '../src/features/version/blame.ts';
import { type DiffLine, toDiffLines } from '../src/features/version/unified.diff.ts';

/** A line that knows which version wrote it: what the blame has to find out from the changes alone. */
interface KnownLine {
  readonly text: string;
  readonly version: number;
}

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly added: number;
}

/** One change of a text, as it is afterwards and as its diff with so much context shows it. */
function change(lines: readonly KnownLine[], { at, removed, added }: Edit, version: number, context: number) {
  const start = Math.min(at, lines.length);
  const end = Math.min(start + removed, lines.length);
  const fresh = Array.from({ length: added }, (_, line): KnownLine => ({ text: `v${version} ${line}`, version }));
  const diff: DiffLine[] = [];
  for (let line = Math.max(0, start - context); line < start; line++)
    diff.push({ kind: 'same', before: line + 1, after: line + 1, text: lines[line]?.text ?? '' });
  for (let line = start; line < end; line++)
    diff.push({ kind: 'removed', before: line + 1, after: null, text: lines[line]?.text ?? '' });
  fresh.forEach(({ text }, line) => {
    diff.push({ kind: 'added', before: null, after: start + line + 1, text });
  });
  const shift = added - (end - start);
  for (let line = end; line < Math.min(end + context, lines.length); line++)
    diff.push({ kind: 'same', before: line + 1, after: line + 1 + shift, text: lines[line]?.text ?? '' });
  return { lines: [...lines.slice(0, start), ...fresh, ...lines.slice(end)], diff };
}

describe('Blame', () => {
  it('finds the version of every line, whatever the changes between were', () => {
    const edit = fc.record({ at: fc.nat(12), removed: fc.nat(4), added: fc.nat(4) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (edits, context) => {
        let { lines, diff } = change([], { at: 0, removed: 0, added: 6 }, 1, context);
        const diffs = [diff];
        edits.forEach((next, index) => {
          ({ lines, diff } = change(lines, next, index + 2, context));
          diffs.push(diff);
        });
        const blame = new Blame(lines.length);
        for (let version = diffs.length; version >= 1; version--) blame.apply(version, diffs[version - 1] ?? []);
        expect(blame.origins).toEqual(lines.map(({ version }) => version));
        expect(blame.isDone).toBe(true);
      }),
    );
  });

  it('reads what the project writes: several hunks in one change', () => {
    const diff = [
      '--- a/a.txt',
      '+++ b/a.txt',
      '@@ -1,4 +1,3 @@',
      '-gone',
      ' one',
      ' two',
      ' three',
      '@@ -8,3 +7,4 @@',
      ' seven',
      '+new',
      ' eight',
      ' nine',
    ].join('\n');
    const blame = new Blame(10);
    blame.apply(2, toDiffLines(diff));
    expect(blame.origins.map((version, line) => (version === 2 ? line + 1 : 0)).filter(Boolean)).toEqual([8]);
    // Line 7 of the new text was line 8 of the old one.
    blame.apply(1, [{ kind: 'added', before: null, after: 8, text: 'seven' }]);
    expect(blame.origins[6]).toBe(1);
  });

  it('leaves open what is older than the versions it was given', () => {
    const blame = new Blame(2);
    blame.apply(7, [{ kind: 'added', before: null, after: 2, text: 'b' }]);
    expect(blame.origins).toEqual([null, 7]);
    expect(blame.isDone).toBe(false);
  });
});
