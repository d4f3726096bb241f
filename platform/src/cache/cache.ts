/** Values with a time to live that may also vanish earlier. With Redis, all instances share them. */
export interface Cache extends AsyncDisposable {
  /** @returns null if the key is missing or expired */
  get(key: string): Promise<string | null>;
  /** @param ttlMs whole milliseconds, at least 1 */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets a missing key. @returns `true` for exactly one of several concurrent callers */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
}

/** @throws {RangeError} for a time to live that the drivers do not support */
export function assertTtl(ttlMs: number): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) {
    throw new RangeError(`The time to live of a cached value is ${ttlMs} ms; expected a whole number of at least 1.`);
  }
}
