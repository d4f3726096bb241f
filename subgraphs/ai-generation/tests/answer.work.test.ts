import * as fc from '@vibecode/platform/testing/property';
import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';
import { answerCases } from './corpus/answer.cases.ts';
import { editCases } from './corpus/edit.cases.ts';
import { reportedCases } from './corpus/reported.cases.ts';
import { DELIMITER } from './recorded.server.ts';

const WORD = 'k7q2';

/** The texts of all recorded answers that came as text. */
const texts = [...reportedCases, ...answerCases, ...editCases].flatMap(({ sends, files = {} }) => {
  const deltas = (sends.deltas ?? []).filter((delta) => typeof delta === 'string');
  return deltas.length === 0 ? [] : [{ text: deltas.join('').replaceAll(DELIMITER, WORD), files }];
});

function read(pieces: readonly string[], files: Readonly<Record<string, string>>, reason: 'stop' | 'length' = 'stop') {
  const parser = new AnswerParser({ delimiter: WORD });
  const shown = new Set(Object.keys(files));
  const changes = new AnswerChanges({ files: new Map(Object.entries(files)), shown });
  const events = pieces.flatMap((piece) => parser.push(piece).flatMap((event) => changes.add(event)));
  events.push(...parser.end(reason).flatMap((event) => changes.add(event)));
  return { events, changes: changes.toChangeset(), problems: changes.problems, notes: changes.notes };
}

function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return [...pieces, text.slice(at)];
}

describe('a recorded answer', () => {
  it('gives the same files, events and problems in whatever pieces it comes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        sizes,
        fc.constantFrom('stop', 'length'),
        ({ text, files }, cuts, reason) => {
          expect(read(cut(text, cuts), files, reason)).toEqual(read([text], files, reason));
        },
      ),
      { numRuns: 2_000 },
    );
    for (const { text, files } of texts) expect(read([...text], files)).toEqual(read([text], files));
  });

  it('changes nothing when it is cut anywhere in a block', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.double({ min: 0, max: 1, noNaN: true }), ({ text, files }, share) => {
        const at = Math.floor(text.length * share);
        const { changes, problems } = read([text.slice(0, at)], files, 'length');
        // Every file that an answer begins is whole, or reported as cut.
        for (const change of changes) {
          if (change.operation !== 'WRITE' || problems.some(({ path }) => path === change.path)) continue;
          const whole = read([text], files).changes.find(({ path }) => path === change.path);
          if (whole?.operation === 'WRITE') expect(whole.content.startsWith(change.content.trimEnd())).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Steps of the string engine are not seen from here; the characters that are handed to it are. */
function countWork<T>(run: () => T): { readonly characters: number; readonly result: T } {
  const { exec } = RegExp.prototype;
  let characters = 0;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    characters += text.length - (this.sticky || this.global ? this.lastIndex : 0);
    return exec.call(this, text);
  };
  try {
    return { result: run(), characters };
  } finally {
    RegExp.prototype.exec = exec;
  }
}

/** A character is looked at by so many expressions at most: eight or so for each tag of its line, of which there are 50 at most. */
const MOST_LOOKS_PER_CHARACTER = 200;

describe('the work of reading', () => {
  const line = fc.constantFrom(
    '<file path="a.js">',
    `<file-${WORD} path="b.xml">`,
    '</file>',
    `</file-${WORD}>`,
    '<edit path="c.js">',
    '<<<<<<< SEARCH',
    '=======',
    '>>>>>>> REPLACE',
    '</edit>',
    '<think>',
    '</think>',
    '```js a.js',
    '```',
    '```diff',
    '@@ -1 +1 @@',
    '-a',
    '+b',
    '// ... existing code ...',
    '  <file original="x">',
    '  </file>',
    'Some words: `a.js` and more.',
    '',
    'x'.repeat(200),
    '\\'.repeat(200),
    '<'.repeat(200),
    '</file>'.repeat(30),
  );

  it('is bounded for each character, whatever lines an answer has', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 300 }), (lines) => {
        const text = lines.join('\n');
        const { characters } = countWork(() => read([text], {}));
        expect(characters).toBeLessThanOrEqual(MOST_LOOKS_PER_CHARACTER * text.length);
      }),
      { numRuns: 300 },
    );
  });

  it('is seen by this test', () => {
    expect(countWork(() => read(['one line of talk'], {})).characters).toBeGreaterThan(16);
  });

  it('does not depend on the pieces', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (lines) => {
        const text = lines.join('\n');
        const whole = countWork(() => read([text], {})).characters;
        expect(countWork(() => read([...text], {})).characters).toBe(whole);
      }),
      { numRuns: 50 },
    );
  });
});
