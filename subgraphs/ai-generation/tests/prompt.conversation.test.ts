import * as fc from '@vibecode/platform/testing/property';
import { type Turn, toConversation } from '../src/prompt.conversation.ts';

const toTurn = (turn: Partial<Turn> = {}): Turn => ({
  prompt: 'A to-do list',
  text: 'A list in the terminal.\n\n<file path="index.js">\nlist();\n</file>\n<delete path="old.js" />\n',
  failure: null,
  isCancelled: false,
  ...turn,
});

describe('the earlier turns of a conversation', () => {
  it('are what was asked, what the model said of it, and what it changed', () => {
    const text = toConversation([toTurn({ prompt: 'Then\nin colour' }), toTurn()], 4_000);
    expect(text).toContain('- Asked: A to-do list\n  Answered: A list in the terminal. It changed index.js, old.js.\n');
    expect(text.indexOf('Asked: A to-do list')).toBeLessThan(text.indexOf('Asked: Then in colour'));
    expect(text).not.toContain('list();');
  });

  it('say what failed and what was stopped', () => {
    const failed = toTurn({ text: 'half an ans', failure: 'The answer reached its token limit.' });
    expect(toConversation([failed], 4_000)).toContain('Failed, and changed nothing: The answer reached');
    expect(toConversation([toTurn({ isCancelled: true })], 4_000)).toContain('Stopped by the user');
  });

  it('lose the oldest when they do not fit, and are empty when nothing fits', () => {
    const turns = Array.from({ length: 20 }, (_, at) => toTurn({ prompt: `${at} ${'word '.repeat(100)}` }));
    const text = toConversation(turns, 1_500);
    expect(text.length).toBeLessThanOrEqual(1_500);
    expect(text).toContain('Asked: 0 word');
    expect(text).not.toContain('Asked: 9 word');
    expect(toConversation(turns, 100)).toBe('');
    expect(toConversation([], 4_000)).toBe('');
  });

  it('keep to their room and to whole characters, whatever was said', () => {
    const turn = fc.record({
      prompt: fc.string({ unit: 'binary', minLength: 1 }),
      text: fc.string({ unit: 'binary' }),
      failure: fc.option(fc.string({ unit: 'binary' })),
      isCancelled: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(turn), fc.nat(3_000), (turns, room) => {
        const text = toConversation(turns, room);
        expect(text.length).toBeLessThanOrEqual(Math.max(0, room));
      }),
    );
    const party = toTurn({ prompt: `${'🎉'.repeat(1_000)}` });
    expect(toConversation([party], 4_000).isWellFormed()).toBe(true);
  });

  it('take no longer for a long answer than for its beginning', () => {
    const long = toTurn({ text: `${'<file path="a.js">\nx\n</file>\n'.repeat(200_000)}` });
    const startMs = performance.now();
    expect(toConversation([long], 4_000)).toContain('a.js');
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
