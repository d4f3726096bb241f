import { createMemoryStreamLog } from '@vibecode/platform/stream-log/memory.stream-log';
import * as fc from '@vibecode/platform/testing/property';
import { EventWriter, fromEntry } from '../src/event.writer.ts';
import type { SequencedEvent } from '../src/generation.events.ts';
import { toStreamName } from '../src/generation.events.ts';
import { GenerationStatus } from '../src/generation.status.ts';

const generationId = '018f0000-0000-7000-8000-000000000001';

function createWriter(lastSeq = 0) {
  const log = createMemoryStreamLog();
  let task: (() => void) | null = null;
  const delays: number[] = [];
  const failures: unknown[] = [];
  const writer = new EventWriter({
    log,
    generationId,
    epoch: 1,
    lastSeq,
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
    log,
    writer,
    delays,
    failures,
    passTime: () => task?.(),
    async readAll(): Promise<SequencedEvent[]> {
      await writer.settle();
      await log.seal(toStreamName(generationId), 1);
      const events: SequencedEvent[] = [];
      for await (const entry of log.read(toStreamName(generationId), 0)) events.push(fromEntry(entry));
      return events;
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
      fc.constant('persist' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const { writer, passTime, readAll } = createWriter();
        const persisted: SequencedEvent[] = [];
        let text = '';
        for (const action of steps) {
          if (action === 'time') passTime();
          else if (action === 'event') writer.write({ type: 'FileStarted', path: 'a' });
          else if (action === 'persist') persisted.push(...writer.takeUnpersisted());
          else {
            writer.writeText(action.text);
            text += action.text;
          }
        }
        const events = await readAll();
        persisted.push(...writer.takeUnpersisted());
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(events.map((event) => (event.type === 'TokenDelta' ? event.text : '')).join('')).toBe(text);
        expect(events.filter(({ type }) => type === 'FileStarted')).toHaveLength(
          steps.filter((s) => s === 'event').length,
        );
        expect(persisted).toEqual(events);
      }),
      { numRuns: 200 },
    );
  });

  it('goes on after what was there before, and says when it may not write any more', async () => {
    const { log, writer, failures, readAll } = createWriter(1);
    await log.append(toStreamName(generationId), 1, [{ seq: 1, data: '{"type":"StatusChanged","status":"QUEUED"}' }]);
    writer.write({ type: 'StatusChanged', status: GenerationStatus.RETRIEVING });
    expect((await readAll()).map(({ seq }) => seq)).toEqual([1, 2]);
    writer.write({ type: 'StatusChanged', status: GenerationStatus.STREAMING });
    await writer.settle();
    expect(failures).toMatchObject([{ code: 'STREAM_SEALED' }]);
  });
});
