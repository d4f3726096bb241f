import { newId } from '../../src/id.ts';
import type { StreamEntry, StreamLog } from '../../src/stream-log/stream-log.ts';
import * as fc from '../../src/testing/property.ts';

/** Two instances that see the same streams; the same one twice where a driver serves one process only. */
export interface StreamLogPair extends AsyncDisposable {
  readonly writer: StreamLog;
  readonly reader: StreamLog;
}

/** What every stream log does. */
export function describeStreamLog(driver: string, start: () => Promise<StreamLogPair>): void {
  describe(`stream log: ${driver}`, () => {
    let logs: StreamLogPair;
    beforeAll(async () => {
      logs = await start();
    });
    afterAll(() => logs[Symbol.asyncDispose]());

    it('gives the past at once and ends after the seal', async () => {
      const stream = newId();
      await logs.writer.append(stream, 1, entries(1, 3));
      await logs.writer.seal(stream, 1);
      expect(await collect(logs.reader.read(stream, 0))).toEqual(entries(1, 3));
      expect(await collect(logs.reader.read(stream, 2))).toEqual(entries(3, 3));
      expect(await collect(logs.reader.read(stream, 3))).toEqual([]);
      expect(await collect(logs.reader.read(stream, 99))).toEqual([]);
    });

    it('follows a stream that begins only later', async () => {
      const stream = newId();
      const reading = collect(logs.reader.read(stream, 0));
      await logs.writer.append(stream, 1, entries(1, 1));
      await logs.writer.append(stream, 1, entries(2, 4));
      await logs.writer.seal(stream, 1);
      expect(await reading).toEqual(entries(1, 4));
    });

    it('skips what comes before a position that lies ahead', async () => {
      const stream = newId();
      const reading = collect(logs.reader.read(stream, 5));
      await logs.writer.append(stream, 1, entries(1, 4));
      await logs.writer.append(stream, 1, entries(5, 7));
      await logs.writer.seal(stream, 1);
      expect(await reading).toEqual(entries(6, 7));
    });

    it('ends readers of a stream sealed without an entry', async () => {
      const stream = newId();
      const reading = collect(logs.reader.read(stream, 0));
      await logs.writer.seal(stream, 1);
      expect(await reading).toEqual([]);
      expect(await logs.reader.last(stream)).toEqual({ seq: 0, sealed: true });
    });

    it('tells the last position', async () => {
      const stream = newId();
      expect(await logs.reader.last(stream)).toBeNull();
      await logs.writer.append(stream, 1, []);
      expect(await logs.reader.last(stream)).toEqual({ seq: 0, sealed: false });
      await logs.writer.append(stream, 1, entries(1, 2));
      expect(await logs.reader.last(stream)).toEqual({ seq: 2, sealed: false });
      await logs.writer.seal(stream, 1);
      await logs.writer.seal(stream, 1);
      expect(await logs.reader.last(stream)).toEqual({ seq: 2, sealed: true });
    });

    it('refuses a writer whose lease is over, and takes nothing of it', async () => {
      const stream = newId();
      await logs.writer.append(stream, 1, entries(1, 2));
      await logs.reader.append(stream, 2, []);
      const stale = { code: 'STREAM_EPOCH_STALE', details: { stream, epoch: 1, current: 2 } };
      await expect(logs.writer.append(stream, 1, entries(3, 3))).rejects.toMatchObject(stale);
      await expect(logs.writer.append(stream, 1, entries(2, 2))).rejects.toMatchObject(stale);
      await expect(logs.writer.seal(stream, 1)).rejects.toMatchObject(stale);
      await logs.reader.append(stream, 2, entries(3, 3));
      expect(await logs.writer.last(stream)).toEqual({ seq: 3, sealed: false });
    });

    it('refuses gaps, overwrites and entries out of order, whole', async () => {
      const stream = newId();
      const broken = { code: 'STREAM_SEQUENCE_BROKEN' };
      await expect(logs.writer.append(stream, 1, entries(2, 2))).rejects.toMatchObject(broken);
      await expect(logs.writer.append(stream, 1, entries(0, 1))).rejects.toMatchObject(broken);
      expect(await logs.writer.last(stream)).toBeNull();
      await logs.writer.append(stream, 1, entries(1, 2));
      await expect(logs.writer.append(stream, 1, entries(4, 4))).rejects.toMatchObject({
        ...broken,
        details: { last: 2 },
      });
      await expect(logs.writer.append(stream, 1, [{ seq: 2, data: 'other' }])).rejects.toMatchObject(broken);
      await expect(logs.writer.append(stream, 1, [...entries(3, 3), ...entries(5, 5)])).rejects.toMatchObject(broken);
      expect(await logs.writer.last(stream)).toEqual({ seq: 2, sealed: false });
    });

    it('takes an append again whose answer was lost, once', async () => {
      const stream = newId();
      await logs.writer.append(stream, 1, entries(1, 3));
      await logs.writer.append(stream, 1, entries(1, 3));
      await logs.writer.append(stream, 1, entries(2, 3));
      await logs.writer.seal(stream, 1);
      await logs.writer.append(stream, 1, entries(3, 3));
      expect(await collect(logs.reader.read(stream, 0))).toEqual(entries(1, 3));
    });

    it('adds nothing to a sealed stream', async () => {
      const stream = newId();
      await logs.writer.append(stream, 1, entries(1, 1));
      await logs.writer.seal(stream, 1);
      const sealed = { code: 'STREAM_SEALED', details: { stream } };
      await expect(logs.writer.append(stream, 1, entries(2, 2))).rejects.toMatchObject(sealed);
      await expect(logs.writer.append(stream, 2, entries(2, 2))).rejects.toMatchObject(sealed);
      await expect(logs.writer.append(stream, 2, [])).rejects.toMatchObject(sealed);
    });

    it('stops a quiet reader at once, by return() and by signal', async () => {
      const stream = newId();
      await logs.writer.append(stream, 1, entries(1, 1));
      const left = logs.reader.read(stream, 0);
      expect(await left.next()).toEqual({ done: false, value: entries(1, 1)[0] });
      const pending = left.next();
      await left.return?.();
      expect(await pending).toEqual({ done: true, value: undefined });

      const stop = new AbortController();
      const stopped = logs.reader.read(stream, 1, stop.signal);
      const waiting = stopped.next();
      stop.abort();
      expect(await waiting).toEqual({ done: true, value: undefined });
      expect(await collect(logs.reader.read(stream, 0, AbortSignal.abort()))).toEqual([]);
    });

    it('lets one of many readers leave without harm to the others', async () => {
      const stream = newId();
      const readers = Array.from({ length: 20 }, () => logs.reader.read(stream, 0));
      const firsts = readers.map((reader) => reader.next());
      await logs.writer.append(stream, 1, entries(1, 1));
      await Promise.all(firsts);
      await readers[0]?.return?.();
      const rests = readers.slice(1).map(collect);
      await logs.writer.append(stream, 1, entries(2, 2));
      await logs.writer.seal(stream, 1);
      for (const rest of await Promise.all(rests)) expect(rest).toEqual(entries(2, 2));
    });

    it('keeps every entry for a reader far behind', async () => {
      const stream = newId();
      const slow = logs.reader.read(stream, 0);
      await logs.writer.append(stream, 1, entries(1, 1));
      await slow.next();
      for (let first = 2; first < 2_000; first += 100) await logs.writer.append(stream, 1, entries(first, first + 99));
      await logs.writer.seal(stream, 1);
      expect(await collect(slow)).toEqual(entries(2, 2_001));
    });

    it('carries large and odd data unchanged', async () => {
      const stream = newId();
      const odd = ['', '\u0000', '"\\\n', '😀 ümlaut', 'x'.repeat(100_000)].map((data, index) => ({
        seq: index + 1,
        data,
      }));
      const live = collect(logs.reader.read(stream, 0));
      for (const entry of odd) await logs.writer.append(stream, 1, [entry]);
      await logs.writer.seal(stream, 1);
      expect(await live).toEqual(odd);
      expect(await collect(logs.reader.read(stream, 0))).toEqual(odd);
    });

    it('gives every reader exactly what follows its position, whenever it joins', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }),
          fc.array(fc.record({ beforeAppend: fc.nat(12), afterSeq: fc.nat(1_500) }), { minLength: 1, maxLength: 6 }),
          async (sizes, joins) => {
            const stream = newId();
            const total = sizes.reduce((sum, size) => sum + size, 0);
            const readings: Promise<void>[] = [];
            const join = (step: number) => {
              for (const { beforeAppend, afterSeq } of joins) {
                if (beforeAppend !== step && !(step === sizes.length && beforeAppend > step)) continue;
                const expected = entries(afterSeq + 1, total);
                readings.push(
                  collect(logs.reader.read(stream, afterSeq)).then((read) => expect(read).toEqual(expected)),
                );
              }
            };
            let seq = 0;
            for (const [step, size] of sizes.entries()) {
              join(step);
              await logs.writer.append(stream, 1, entries(seq + 1, seq + size));
              seq += size;
            }
            join(sizes.length);
            await logs.writer.seal(stream, 1);
            await Promise.all(readings);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('lets exactly one of several writers win each position', async () => {
      const stream = newId();
      const write = async (log: StreamLog, epoch: number) => {
        let written = 0;
        for (let attempt = 0; attempt < 30; attempt++) {
          const seq = ((await log.last(stream))?.seq ?? 0) + 1;
          await log.append(stream, epoch, [{ seq, data: `${epoch}:${attempt}` }]).then(
            () => written++,
            (error) => expect(['STREAM_EPOCH_STALE', 'STREAM_SEQUENCE_BROKEN']).toContain(error.code),
          );
        }
        return written;
      };
      const written = await Promise.all([write(logs.writer, 1), write(logs.reader, 2), write(logs.writer, 3)]);
      await logs.writer.seal(stream, 3);
      const read = await collect(logs.reader.read(stream, 0));
      expect(read).toHaveLength(written.reduce((sum, count) => sum + count, 0));
      expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index + 1));
      const epochs = read.map(({ data }) => Number(data.split(':')[0]));
      expect(epochs).toEqual(epochs.toSorted());
    });
  });
}

/** Entries `from` to `to`, inclusive; none when `to` is less. */
export function entries(from: number, to: number): StreamEntry[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({
    seq: from + index,
    data: `entry ${from + index}`,
  }));
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}
