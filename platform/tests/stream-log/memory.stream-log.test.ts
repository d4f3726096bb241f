import { createMemoryStreamLog } from '../../src/stream-log/memory.stream-log.ts';
import { collect, describeStreamLog, entries } from './stream-log.contract.ts';

describeStreamLog('memory', async () => {
  const log = createMemoryStreamLog();
  return { writer: log, reader: log, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() };
});

describe('memory stream log', () => {
  it('forgets a sealed stream after its time, and an abandoned one after a longer time', async () => {
    let now = 0;
    await using log = createMemoryStreamLog({ sealedTtlMs: 100, idleTtlMs: 1_000, now: () => now });
    await log.append('abandoned', 1, entries(1, 1));
    await log.append('sealed', 1, entries(1, 1));
    await log.seal('sealed', 1);
    now = 99;
    expect(await log.last('sealed')).toEqual({ seq: 1, sealed: true });
    now = 100;
    expect(await log.last('sealed')).toBeNull();
    expect(await log.last('abandoned')).toEqual({ seq: 1, sealed: false });
    now = 1_000;
    expect(await log.last('abandoned')).toBeNull();
  });

  it('holds no more of sealed streams than its limit, and lets a reader finish what was dropped', async () => {
    await using log = createMemoryStreamLog({ sealedCharactersLimit: 1_000 });
    const data = 'x'.repeat(400);
    await log.append('0', 1, [
      { seq: 1, data },
      { seq: 2, data },
    ]);
    const reader = log.read('0', 0);
    await reader.next();
    await log.seal('0', 1);
    for (const stream of ['1', '2']) {
      await log.append(stream, 1, [{ seq: 1, data }]);
      await log.seal(stream, 1);
    }
    expect(await log.last('0')).toBeNull();
    expect(await log.last('1')).toEqual({ seq: 1, sealed: true });
    expect(await log.last('2')).toEqual({ seq: 1, sealed: true });
    expect(await collect(reader)).toEqual([{ seq: 2, data }]);
  });

  it('ends every reader when it is disposed', async () => {
    const log = createMemoryStreamLog();
    const reading = collect(log.read('quiet', 0));
    await log[Symbol.asyncDispose]();
    expect(await reading).toEqual([]);
  });
});
