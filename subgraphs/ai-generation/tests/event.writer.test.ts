import * as fc from '@vibecode/platform/testing/property';
import { EventWriter } from '../src/event.writer.ts';
import type { SequencedEvent } from '../src/generation.events.ts';
import { GenerationStatus } from '../src/generation.status.ts';

function createWriter({ lastSeq = 0, failure = null as Error | null } = {}) {
  let task: (() => void) | null = null;
  const delays: number[] = [];
  const failures: unknown[] = [];
  const stored: SequencedEvent[] = [];
  const published: SequencedEvent[] = [];
  const batches: { events: number; changes: number }[] = [];
  const writer = new EventWriter({
    lastSeq,
    store: async (events, changes) => {
      await Promise.resolve();
      if (failure) throw failure;
      batches.push({ events: events.length, changes: changes.length });
      stored.push(...events);
    },
    publish: (events) => published.push(...events),
    onFailure: (error) => failures.push(error),
    schedule: (run, delayMs) => {
      task = run;
      delays.push(delayMs);
      return () => {
        task = null;
      };
    },
  });
  return {
    writer,
    delays,
    failures,
    stored,
    published,
    batches,
    passTime: () => task?.(),
    async readAll(): Promise<SequencedEvent[]> {
      await writer.settle();
      expect(published).toEqual(stored);
      return published;
    },
  };
}

describe('EventWriter', () => {
  it('sends the first token at once and joins later ones until 15 ms have passed', async () => {
    const { writer, passTime, delays, readAll } = createWriter();
    for (const text of ['Hel', 'lo', ' ', 'you']) writer.writeText(text);
    passTime();
    writer.writeText('!');
    expect(delays).toEqual([15, 15]);
    expect(await readAll()).toEqual([
      { seq: 1, type: 'TokenDelta', text: 'Hel' },
      { seq: 2, type: 'TokenDelta', text: 'lo you' },
      { seq: 3, type: 'TokenDelta', text: '!' },
    ]);
  });

  it('does not wait once there are 256 bytes', async () => {
    const { writer, readAll } = createWriter();
    writer.writeText('a');
    writer.writeText('é'.repeat(127));
    writer.writeText('é');
    writer.writeText('b');
    expect((await readAll()).map((event) => event.type === 'TokenDelta' && event.text.length)).toEqual([1, 128, 1]);
  });

  it('sends what waits before any other event', async () => {
    const { writer, readAll } = createWriter();
    writer.writeText('a');
    writer.writeText('b');
    writer.write({ type: 'FileStarted', path: 'a.js' });
    expect((await readAll()).map(({ type }) => type)).toEqual(['TokenDelta', 'TokenDelta', 'FileStarted']);
  });

  it('neither loses nor doubles text or events, and numbers them without a gap, whatever comes when', async () => {
    const step = fc.oneof(
      fc.record({ text: fc.string({ maxLength: 300 }) }),
      fc.constant('event' as const),
      fc.constant('time' as const),
      fc.constant('store' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const { writer, passTime, readAll } = createWriter();
        let text = '';
        for (const action of steps) {
          if (action === 'time') passTime();
          else if (action === 'event') writer.write({ type: 'FileStarted', path: 'a' });
          else if (action === 'store') await Promise.resolve();
          else {
            writer.writeText(action.text);
            text += action.text;
          }
        }
        const events = await readAll();
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('')).toBe(text);
        expect(events.filter(({ type }) => type === 'FileStarted')).toHaveLength(
          steps.filter((s) => s === 'event').length,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('stores a change of the row with its event, in one transaction', async () => {
    const { writer, batches, readAll } = createWriter({ lastSeq: 7 });
    writer.change(() => undefined, { type: 'StatusChanged', status: GenerationStatus.RETRIEVING });
    expect(await readAll()).toEqual([{ seq: 8, type: 'StatusChanged', status: 'RETRIEVING' }]);
    expect(batches).toEqual([{ events: 1, changes: 1 }]);
  });

  it('tells nothing that could not be stored, and keeps it for the end', async () => {
    const failure = new Error('The disk is full.');
    const { writer, failures, published } = createWriter({ failure });
    writer.writeText('a');
    writer.write({ type: 'FileStarted', path: 'a.js' });
    await expect(writer.settle()).rejects.toBe(failure);
    writer.writeText('b');
    const end = await writer.close({ type: 'StatusChanged', status: GenerationStatus.FAILED });
    expect(end.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'TokenDelta'],
      [2, 'FileStarted'],
      [3, 'TokenDelta'],
      [4, 'StatusChanged'],
    ]);
    expect(failures).toEqual([failure]);
    expect(published).toEqual([]);
  });
});
