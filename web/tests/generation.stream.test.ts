import * as fc from '@vibecode/platform/testing/property';
import { toSegments, toTalk } from '../src/features/generation/answer.segments.ts';
import { type GenerationEvent, GenerationStream } from '../src/features/generation/generation.stream.ts';

const ANSWER = [
  'A greeting, in two files.\n\n',
  '<file path="index.js">\nconst a = "<b>";\nif (a < 1) {\n  log("</fi");\n}\n</file>\n\n',
  '<edit path="package.json">\n<<<<<<< SEARCH\n"1.0.0"\n=======\n"1.1.0"\n>>>>>>> REPLACE\n</edit>\n',
  '<delete path="old.js" />\nThat is all. 1 < 2\n',
].join('');

/** The answer cut into tokens, as the events of a whole generation. */
function toEvents(cuts: readonly number[]): GenerationEvent[] {
  const at = [...new Set(cuts.map((cut) => cut % ANSWER.length))].sort((a, b) => a - b);
  const texts = [0, ...at].map((start, index) => ANSWER.slice(start, at[index] ?? ANSWER.length)).filter(Boolean);
  const events = [
    { __typename: 'StatusChanged', status: 'QUEUED' },
    { __typename: 'StatusChanged', status: 'STREAMING' },
    ...texts.map((text) => ({ __typename: 'TokenDelta', text })),
    { __typename: 'FileStarted', path: 'index.js' },
    { __typename: 'FileFinished', path: 'index.js', bytes: 50 },
    { __typename: 'GenerationFinished', status: 'COMPLETED', completionTokens: 60, durationMs: 900 },
  ];
  return events.map((event, index) => ({ ...event, seq: index + 1 })) as GenerationEvent[];
}

const cuts = fc.array(fc.nat(), { maxLength: 60 });

describe('the stream of a generation', () => {
  it('comes to the same, however it is cut, repeated, reordered and resumed', () => {
    const whole = new GenerationStream(() => 0);
    for (const event of toEvents([])) whole.push(event);
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), (cutAt, random) => {
        const draw = (below: number) => (random.next().value as number) % below;
        const events = toEvents(cutAt);
        const stream = new GenerationStream(() => 0);
        while (stream.lastSeq < events.length) {
          // A connection: from behind the last event, or from earlier; some of it, in any order within a few.
          const from = Math.max(0, stream.lastSeq - draw(4));
          const batch = events.slice(from, from + 1 + draw(12));
          const order = batch.map((event) => ({ event, key: event.seq + draw(5) })).sort((a, b) => a.key - b.key);
          for (const { event } of order) stream.push(event);
        }
        const { lastSeq: _, ...got } = stream.snapshot();
        const { lastSeq: __, ...expected } = whole.snapshot();
        expect(got).toEqual(expected);
        expect(got.text).toBe(ANSWER);
      }),
    );
  });

  it('holds back what came too early until the gap is filled', () => {
    const [first, second, third, ...rest] = toEvents([10, 20]);
    const stream = new GenerationStream(() => 0);
    for (const event of [first!, third!, ...rest]) stream.push(event);
    expect(stream.lastSeq).toBe(1);
    expect(stream.snapshot()).toMatchObject({ text: '', status: 'QUEUED', finished: null });
    stream.push(second!);
    expect(stream.snapshot()).toMatchObject({ text: ANSWER, status: 'COMPLETED' });
  });

  it('shows no half of a tag while it comes', () => {
    for (let length = 0; length <= ANSWER.length; length++) {
      const stream = new GenerationStream(() => 0);
      stream.push({ __typename: 'TokenDelta', text: ANSWER.slice(0, length), seq: 1 });
      for (const { kind, text } of stream.snapshot().segments) {
        if (kind === 'talk') expect(text).not.toMatch(/<(f|e|d)/);
        else expect(text).not.toMatch(/<\/(file|edit)>|<\/file$/);
      }
    }
  });

  it('measures the rate of the last two seconds', () => {
    let nowMs = 0;
    const stream = new GenerationStream(() => nowMs);
    stream.push({ __typename: 'TokenDelta', text: 'x'.repeat(4_000), seq: 1 });
    expect(stream.snapshot().tokensPerSecond).toBeNull();
    nowMs = 5_000;
    stream.push({ __typename: 'TokenDelta', text: 'x'.repeat(200), seq: 2 });
    nowMs = 6_000;
    stream.push({ __typename: 'TokenDelta', text: 'x'.repeat(200), seq: 3 });
    expect(stream.snapshot().tokensPerSecond).toBe(100);
  });
});

describe('the parts of an answer', () => {
  it('tells what is said from what is written', () => {
    expect(toSegments(ANSWER).map(({ kind, path, isClosed }) => [kind, path, isClosed])).toEqual([
      ['talk', '', true],
      ['file', 'index.js', true],
      ['edit', 'package.json', true],
      ['delete', 'old.js', true],
      ['talk', '', true],
    ]);
    expect(toSegments(ANSWER)[1]!.text).toBe('const a = "<b>";\nif (a < 1) {\n  log("</fi");\n}\n');
    expect(toTalk(ANSWER)).toBe('A greeting, in two files.\n\nThat is all. 1 < 2');
  });

  it('loses nothing of an answer without a tag, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('<', 'file', ' ', '\n', '>', 'a', '</', '"')), (parts) => {
        const text = parts.join('');
        const joined = toSegments(text)
          .map((segment) => segment.text)
          .join('');
        expect(joined.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});
