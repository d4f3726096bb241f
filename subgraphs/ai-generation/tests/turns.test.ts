import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { toChangesetInSteps } from '../src/answer/answer.proposal.ts';
import { doInTurns } from '../src/turns.ts';

const LINES = Array.from(
  { length: 25_000 },
  (_, index) => `  const value${index} = compute(${index}, 'some text here');`,
);
const FILE = LINES.join('\n');

/** How often others had their turn until the work was done. */
async function countTurns(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const tick = () => {
    turns += 1;
    if (!isDone) setImmediate(tick);
  };
  setImmediate(tick);
  await work;
  isDone = true;
  return turns;
}

describe('work in turns', () => {
  it('lets others go between hundreds of edits of a large file, and has the result of the same work at once', async () => {
    const create = () => new AnswerChanges({ files: new Map([['big.ts', FILE]]), shown: new Set(['big.ts']) });
    const edits = LINES.filter((_, index) => index % 50 === 0).map(
      (line, index) => [{ search: line, replace: `  const changed${index} = 1;` }] as const,
    );
    const event = { type: 'edited', path: 'big.ts', edits } as never;
    const [inTurns, atOnce] = [create(), create()];
    expect(await countTurns(doInTurns(inTurns.addInSteps(event)))).toBeGreaterThan(5);
    atOnce.add(event);
    expect(inTurns.problems).toEqual([]);
    expect(inTurns.findText('big.ts')).toBe(atOnce.findText('big.ts'));
    expect(inTurns.findText('big.ts')).toContain('const changed499 = 1;');
  });

  it('lets others go between files of a changeset', async () => {
    const proposal = Array.from({ length: 12 }, (_, index) => ({
      path: `file${index}.ts`,
      before: FILE,
      after: FILE.replaceAll('value1', `other${index}`),
    }));
    let changes = 0;
    const work = doInTurns(toChangesetInSteps(proposal)).then((changeset) => {
      changes = changeset.length;
    });
    expect(await countTurns(work)).toBeGreaterThan(5);
    expect(changes).toBeGreaterThanOrEqual(12);
  });
});
