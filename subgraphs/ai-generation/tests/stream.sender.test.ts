import { createLog } from '@vibecode/platform/log';
import { createMemoryStreamLog } from '@vibecode/platform/stream-log/memory.stream-log';
import { fromEntry, type SequencedEvent, toEntry, toStreamName } from '../src/generation.events.ts';
import { StreamSender } from '../src/stream.sender.ts';

const generationId = '018f0000-0000-7000-8000-000000000001';
const stream = toStreamName(generationId);
const log = createLog({ service: 'test', level: 'silent' });

function createEvents(from: number, to: number): SequencedEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    seq: from + index,
    type: 'TokenDelta',
    text: `token ${from + index} `,
  }));
}

function createSender(epoch = 1) {
  let now = 0;
  const streamLog = createMemoryStreamLog({ idleTtlMs: 1_000, now: () => now });
  const stored: SequencedEvent[] = [];
  const load = async (afterSeq: number) => stored.filter(({ seq }) => seq > afterSeq);
  const sender = new StreamSender({ streamLog, log, generationId, epoch, load });
  return {
    streamLog,
    store: (events: SequencedEvent[]) => stored.push(...events),
    async send(events: SequencedEvent[]) {
      stored.push(...events);
      sender.send(events);
      await sender.settle();
    },
    loseEverything() {
      now += 1_000;
    },
    async read(): Promise<SequencedEvent[]> {
      await streamLog.seal(stream, epoch);
      const events: SequencedEvent[] = [];
      for await (const entry of streamLog.read(stream, 0)) events.push(fromEntry(entry));
      return events;
    },
  };
}

describe('StreamSender', () => {
  it('sends what another worker had stored and not sent', async () => {
    const test = createSender(2);
    await test.streamLog.append(stream, 1, createEvents(1, 3).map(toEntry));
    test.store(createEvents(1, 5));
    await test.send(createEvents(6, 7));
    expect(await test.read()).toEqual(createEvents(1, 7));
  });

  it('fills a stream log again that has lost everything, each event under its own seq', async () => {
    const test = createSender();
    await test.send(createEvents(1, 45));
    test.loseEverything();
    expect(await test.streamLog.last(stream)).toBeNull();
    await test.send(createEvents(46, 47));
    expect(await test.read()).toEqual(createEvents(1, 47));
  });

  it('sends nothing more when a later worker has the stream', async () => {
    const test = createSender();
    await test.send(createEvents(1, 2));
    await test.streamLog.append(stream, 2, createEvents(3, 3).map(toEntry));
    await test.send([{ seq: 3, type: 'FileStarted', path: 'late.js' }]);
    expect(await test.streamLog.last(stream)).toEqual({ seq: 3, sealed: false });
  });
});
