/** Types of the packages that `guest.libraries.ts` loads, as far as the guest uses them. */

export type InspectOptions = Readonly<Record<string, unknown>> & { depth?: number | null; colors?: boolean };

export interface Inspect {
  (value: unknown, options?: InspectOptions): string;
  custom: symbol;
  defaultOptions: InspectOptions;
}

export interface InspectLibrary {
  readonly inspect: Inspect;
  format(...values: unknown[]): string;
  formatWithOptions(options: InspectOptions, ...values: unknown[]): string;
  stripVTControlCharacters(text: string): string;
}

export interface ParsedPath {
  root: string;
  dir: string;
  base: string;
  ext: string;
  name: string;
}

export interface PathLibrary {
  sep: '/';
  delimiter: ':';
  normalize(path: string): string;
  isAbsolute(path: string): boolean;
  join(...paths: string[]): string;
  resolve(...paths: string[]): string;
  relative(from: string, to: string): string;
  dirname(path: string): string;
  basename(path: string, suffix?: string): string;
  extname(path: string): string;
  parse(path: string): ParsedPath;
  format(parts: Partial<ParsedPath>): string;
}

export type Listener = (...values: unknown[]) => unknown;

export interface Emitter {
  on(event: string | symbol, listener: Listener): this;
  once(event: string | symbol, listener: Listener): this;
  off(event: string | symbol, listener: Listener): this;
  addListener(event: string | symbol, listener: Listener): this;
  removeListener(event: string | symbol, listener: Listener): this;
  prependListener(event: string | symbol, listener: Listener): this;
  prependOnceListener(event: string | symbol, listener: Listener): this;
  removeAllListeners(event?: string | symbol): this;
  emit(event: string | symbol, ...values: unknown[]): boolean;
  listeners(event: string | symbol): Listener[];
  rawListeners(event: string | symbol): Listener[];
  listenerCount(event: string | symbol, listener?: Listener): number;
  eventNames(): (string | symbol)[];
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
}

export interface EmitterClass {
  new (): Emitter;
  readonly prototype: Emitter;
  defaultMaxListeners: number;
  once(emitter: Emitter, event: string | symbol): Promise<unknown[]>;
}

export interface BufferLibrary {
  readonly Buffer: typeof globalThis.Buffer;
}

export interface Comparisons {
  isDeepEqual(left: unknown, right: unknown): boolean;
  isDeepStrictEqual(left: unknown, right: unknown): boolean;
}
