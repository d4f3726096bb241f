import { toArrayBuffer, writeText } from './bytes.ts';
import { EventEmitter } from './events.ts';
import { host } from './host.ts';

/** The program's input. The bootstrap sets it before the program runs. */
export const started = { stdin: '', entry: '/work' };

class OutputStream extends EventEmitter {
  readonly isTTY = false;
  readonly columns = 80;
  readonly writable = true;
  constructor(readonly fd: number) {
    super();
  }
  write(chunk: string | Uint8Array, ...rest: unknown[]): boolean {
    if (typeof chunk === 'string') writeText(this.fd, chunk);
    else host.writeBytes(this.fd, toArrayBuffer(chunk));
    const done = rest.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  }
  end(chunk?: string | Uint8Array): this {
    if (chunk !== undefined) this.write(chunk);
    return this;
  }
}

/** The standard input. It is complete from the start, and is read in one piece. */
class InputStream extends EventEmitter {
  readonly fd = 0;
  readonly isTTY = false;
  #encoding: 'utf8' | null = null;
  #flowing = false;
  #read = false;

  setEncoding(): this {
    this.#encoding = 'utf8';
    return this;
  }
  override on(event: string, listener: (...values: unknown[]) => unknown): this {
    super.on(event, listener);
    if (event === 'data' || event === 'readable') this.resume();
    return this;
  }
  resume(): this {
    if (this.#flowing) return this;
    this.#flowing = true;
    setTimeout(() => {
      if (this.listenerCount('readable') > 0) this.emit('readable');
      const chunk = this.read();
      if (chunk !== null) this.emit('data', chunk);
      this.emit('end');
      this.emit('close');
    }, 0);
    return this;
  }
  read(): string | Buffer | null {
    if (this.#read || started.stdin === '') return null;
    this.#read = true;
    return this.#encoding ? started.stdin : Buffer.from(started.stdin);
  }
  pause(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string | Buffer> {
    const chunk = this.read();
    if (chunk !== null) yield chunk;
  }
}

const ticks: (() => void)[] = [];

class Process extends EventEmitter {
  readonly argv: string[] = ['/usr/bin/node'];
  readonly argv0 = 'node';
  readonly execPath = '/usr/bin/node';
  readonly execArgv: string[] = [];
  readonly env: Record<string, string> = { HOME: '/work', PATH: '/usr/bin', NODE_ENV: 'development' };
  readonly pid = 1;
  readonly ppid = 0;
  readonly platform = 'linux';
  readonly arch = 'wasm32';
  readonly title = 'node';
  readonly version = 'v24.0.0';
  readonly versions: Record<string, string> = { node: '24.0.0', quickjs: '2025-09-13' };
  readonly release = { name: 'node' };
  readonly stdout = new OutputStream(1);
  readonly stderr = new OutputStream(2);
  readonly stdin = new InputStream();
  exitCode: number | string | undefined = undefined;

  cwd = (): string => '/work';
  uptime = (): number => host.now() / 1000;
  chdir = (): void => undefined;
  umask = (): number => 0o22;

  exit = (code?: number | string): never => {
    if (code !== undefined) this.exitCode = code;
    this.finish();
    host.exit(Number(this.exitCode ?? 0) & 255);
    // The interpreter stops at its next check, and only a loop is certain to reach it.
    for (;;);
  };

  abort = (): never => this.exit(134);

  #finished = false;
  /** Calls the `exit` listeners once. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.emit('exit', Number(this.exitCode ?? 0));
  }

  nextTick = (callback: (...values: unknown[]) => unknown, ...values: unknown[]): void => {
    ticks.push(() => void __watchPromise(callback(...values)));
  };

  hrtime = Object.assign(
    (since?: [number, number]): [number, number] => {
      const ns =
        BigInt(Math.round(host.now() * 1e6)) - (since ? BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]) : 0n);
      return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
    },
    { bigint: (): bigint => BigInt(Math.round(host.now() * 1e6)) },
  );

  memoryUsage = (): Record<string, number> => {
    const bytes = host.memoryBytes();
    return { rss: bytes, heapTotal: bytes, heapUsed: bytes, external: 0, arrayBuffers: 0 };
  };

  cpuUsage = (): Record<string, number> => ({ user: Math.round(host.now() * 1000), system: 0 });

  emitWarning = (warning: unknown): void => writeText(2, `(node:1) ${String(warning)}\n`);
}

export function runTicks(): void {
  for (let tick = ticks.shift(); tick; tick = ticks.shift()) tick();
}

const process = new Process();
export const {
  argv,
  env,
  exit,
  cwd,
  stdin,
  stdout,
  stderr,
  platform,
  nextTick,
  hrtime,
  memoryUsage,
  pid,
  version,
  versions,
} = process;
export default process;
