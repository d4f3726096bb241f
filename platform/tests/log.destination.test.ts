import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogDestination, type LogSink } from '@vibecode/platform/log.destination';
import { createRotatingFileSink } from '@vibecode/platform/log.sinks';

/** A sink that refuses for as long as `refusing`, and tells of each attempt. */
function createTestSink() {
  const attempts = new EventEmitter<{ attempt: [string] }>();
  const sink = {
    refusing: false,
    written: [] as string[],
    attempts,
    closed: false,
    async write(lines: string) {
      if (!sink.refusing) sink.written.push(lines);
      queueMicrotask(() => attempts.emit('attempt', lines));
      if (sink.refusing) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
    writeNow: (lines: string) => void sink.written.push(lines),
    async close() {
      sink.closed = true;
    },
  };
  return sink satisfies LogSink;
}

const quick = { flushIntervalMs: 1, maxPauseMs: 5 };

describe('createLogDestination', () => {
  it('writes lines together, in order, and what waits when it is disposed', async () => {
    const sink = createTestSink();
    {
      await using destination = createLogDestination(sink, { flushIntervalMs: 60_000 });
      for (const line of ['a\n', 'b\n', 'c\n']) destination.write(line);
      expect(sink.written).toEqual([]);
    }
    expect(sink.written).toEqual(['a\nb\nc\n']);
    expect(sink.closed).toBe(true);
  });

  it('does not wait once enough bytes have come', async () => {
    const sink = createTestSink();
    await using destination = createLogDestination(sink, { flushIntervalMs: 60_000, flushBytes: 10 });
    destination.write('a'.repeat(10));
    expect(sink.written).toEqual(['a'.repeat(10)]);
  });

  it('says once that the sink refuses, and afterwards how many lines were lost', async () => {
    const sink = createTestSink();
    const refusals: string[] = [];
    await using destination = createLogDestination(sink, {
      ...quick,
      onRefused: ({ message }) => refusals.push(message),
    });
    sink.refusing = true;
    for (let attempt = 0; attempt < 3; attempt++) {
      const attempted = once(sink.attempts, 'attempt');
      destination.write('lost\n');
      await attempted;
    }
    sink.refusing = false;
    const kept = once(sink.attempts, 'attempt');
    destination.write('kept\n');
    await kept;
    await once(sink.attempts, 'attempt');
    expect(refusals).toEqual(['no space left on device']);
    expect(sink.written[0]).toBe('kept\n');
    expect(JSON.parse(sink.written[1] as string)).toMatchObject({ level: 'WARN', action: 'log.lost', lines: 3 });
  });

  it('keeps no more than it may while the sink refuses', async () => {
    const sink = createTestSink();
    await using destination = createLogDestination(sink, { flushIntervalMs: 1, maxPauseMs: 60_000, maxBytes: 1_000 });
    sink.refusing = true;
    const attempted = once(sink.attempts, 'attempt');
    destination.write('x'.repeat(100));
    await attempted;
    for (let line = 0; line < 100_000; line++) destination.write('x'.repeat(100));
    sink.refusing = false;
    await destination[Symbol.asyncDispose]();
    expect(sink.written.join('')).toHaveLength(1_000);
  });
});

describe('the log file', () => {
  it('is rotated by size, keeps so many files, and is for this account alone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vibecode-log-'));
    const path = join(directory, 'vibecode.log');
    const sink = createRotatingFileSink({ path, maxMegabytes: 0.001, keptFiles: 2 });
    for (let line = 0; line < 6; line++) await sink.write(`${line}`.repeat(1_100));
    await sink.write('last');
    await sink.close();
    expect((await readdir(directory)).sort()).toEqual(['vibecode.log', 'vibecode.log.1', 'vibecode.log.2']);
    expect(await readFile(path, 'utf8')).toBe('last');
    expect(await readFile(`${path}.1`, 'utf8')).toBe('5'.repeat(1_100));
    for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('is opened again after it could not be', async () => {
    const directory = join(await mkdtemp(join(tmpdir(), 'vibecode-log-')), 'file');
    const path = join(directory, 'vibecode.log');
    closeSync(openSync(directory, 'w'));
    const sink = createRotatingFileSink({ path, maxMegabytes: 1, keptFiles: 1 });
    await expect(sink.write('a')).rejects.toThrow('ENOTDIR');
    await rm(directory);
    await mkdir(directory);
    await sink.write('b');
    await sink.close();
    expect(await readFile(path, 'utf8')).toBe('b');
  });
});

describe('standard output', () => {
  const log = new URL('../dist/log.js', import.meta.url).href;
  const sinks = new URL('../dist/log.sinks.js', import.meta.url).href;
  /** Logs until it is told to stop, and prints the CPU time that it took on its error output. */
  const script = `
    import { createLog } from ${JSON.stringify(log)};
    import { surviveLostOutput } from ${JSON.stringify(sinks)};
    surviveLostOutput();
    const log = createLog({ service: 'test' });
    let lines = 0;
    const timer = setInterval(() => {
      log.info({ lines: ++lines });
      process.stdout.write('said\\n');
      if (lines === 60) process.send('ran');
    }, 5);
    process.once('SIGTERM', () => {
      clearInterval(timer);
      process.send({ cpuMs: process.cpuUsage().user / 1000 });
      process.disconnect();
    });
  `;

  it.each([
    ['the disk is full', () => openSync('/dev/full', 'w')],
    ['nobody reads it', () => 'pipe' as const],
  ])('neither ends nor occupies the process when %s', async (_why, open) => {
    const output = open();
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', output, 'inherit', 'ipc'],
    });
    child.stdout?.destroy();
    if (typeof output === 'number') closeSync(output);
    expect(await once(child, 'message')).toEqual(['ran', undefined]);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const [{ cpuMs }] = (await once(child, 'message')) as [{ cpuMs: number }];
    expect(await exited).toEqual([0, null]);
    expect(cpuMs).toBeLessThan(1_500);
  });
});
