/** Values that may vanish at any time and do after their time to live; shared by all instances where there is Redis. */
export interface Cache extends AsyncDisposable {
  /** Null when absent or expired. */
  get(key: string): Promise<string | null>;
  /** @param ttlMs whole milliseconds, at least 1 */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets only what is absent: of several callers at once exactly one gets `true`. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
}

/** @throws {RangeError} what no driver could honour */
export function assertTtl(ttlMs: number): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) {
    throw new RangeError(`The time to live of a cached value is ${ttlMs} ms; expected a whole number of at least 1.`);
  }
}
