import * as fc from '@vibecode/platform/testing/property';
import { joinProposals, type ProposedChange, toChangeset, toFilesAfter } from '../src/answer/answer.proposal.ts';

type Tree = Record<string, string>;

const PATHS = ['a.js', 'b.js', 'c.js', 'd.js'];
const text = fc.constantFrom('', 'one\n', 'two\n', 'one\ntwo\n', 'one\ntwo\nthree\nfour\nfive\n');
const tree = fc.dictionary(fc.constantFrom(...PATHS), text, { noNullPrototype: true });
/** What an answer makes of each path that it changes; null removes it. */
const answer = fc.dictionary(fc.constantFrom(...PATHS), fc.option(text), { noNullPrototype: true });

const toFiles = (files: Tree) => Object.entries(files).map(([path, content]) => ({ path, content }));
const toTree = (files: readonly { path: string; content: string }[]): Tree =>
  Object.fromEntries(files.map(({ path, content }) => [path, content]));

function propose(files: Tree, after: Record<string, string | null>): ProposedChange[] {
  return Object.entries(after).flatMap(([path, content]) => {
    const before = files[path] ?? null;
    return before === content ? [] : [{ path, before, after: content }];
  });
}

describe('what answers make together', () => {
  it('is what they make one after another, and each change is on the text of the project', () => {
    fc.assert(
      fc.property(tree, fc.array(answer, { maxLength: 4 }), (project, answers) => {
        let files: Tree = project;
        let joined: readonly ProposedChange[] = [];
        for (const after of answers) {
          const proposal = propose(files, after);
          joined = joinProposals(joined, proposal);
          files = toTree(toFilesAfter(toFiles(files), proposal));
        }
        expect(toTree(toFilesAfter(toFiles(project), joined))).toEqual(files);
        for (const { path, before, after } of joined) {
          expect(before).toBe(project[path] ?? null);
          expect(after).not.toBe(before);
        }
        expect(new Set(joined.map(({ path }) => path)).size).toBe(joined.length);
        expect(toChangeset(joined).length === 0).toBe(joined.length === 0);
      }),
    );
  });

  it('is nothing where a later one takes back what an earlier one made', () => {
    const made = [{ path: 'a.js', before: null, after: 'x\n' }];
    expect(joinProposals(made, [{ path: 'a.js', before: 'x\n', after: null }])).toEqual([]);
  });
});
