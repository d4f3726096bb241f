import type { HttpHandler } from './http.ts';

/** GraphiQL for browsers at `/`. */
export function loadSandbox(): [string, HttpHandler][] {
  return [];
}
