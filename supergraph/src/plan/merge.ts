import { ExactNumber } from '../request/exact.json.ts';
import type { TypeIndex } from './type.index.ts';

/** An object of a JSON answer. */
export type JsonObject = Record<string, unknown>;

/**
 * Merges a subgraph's answer into the data fetched so far, in place: objects by key, lists by index. A null never replaces a
 * value that another subgraph returned. `source` must not be used afterwards.
 */
export function mergeInto(target: JsonObject, source: JsonObject, types: TypeIndex): void {
  for (const key of Object.keys(source)) {
    const incoming = source[key];
    const existing = Object.hasOwn(target, key) ? target[key] : undefined;
    if (existing === undefined || existing === null) {
      setOwn(target, key, incoming);
    } else if (key === '__typename') {
      // A subgraph with an @interfaceObject returns the interface's name. The name of the object type takes precedence.
      if (types.isAbstract(existing as string)) target[key] = incoming;
    } else if (isContainer(existing) && isContainer(incoming)) {
      mergeValue(existing as JsonObject, incoming as JsonObject, types);
    } else if (incoming !== null) {
      target[key] = incoming;
    }
  }
}

/** Like `mergeInto`, but `source` stays unchanged and shares no objects with the target. */
export function mergeCopyInto(target: JsonObject, source: JsonObject, types: TypeIndex): void {
  mergeInto(target, copyJson(source), types);
}

/** Copies a JSON value deeply. Several times as fast as `structuredClone`, which supports more than JSON. */
function copyJson<T>(value: T): T {
  if (value === null || typeof value !== 'object' || value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  const copy: JsonObject = {};
  for (const key in value) {
    const child = value[key];
    setOwn(copy, key, child !== null && typeof child === 'object' ? copyJson(child) : child);
  }
  return copy as T;
}

function mergeValue(existing: JsonObject | unknown[], incoming: JsonObject | unknown[], types: TypeIndex): void {
  if (!Array.isArray(existing)) {
    if (!Array.isArray(incoming)) mergeInto(existing, incoming, types);
    return;
  }
  if (!Array.isArray(incoming)) return;
  for (let index = 0; index < incoming.length; index += 1) {
    const value = incoming[index];
    const present = existing[index];
    if (present === undefined || present === null) existing[index] = value;
    else if (isContainer(present) && isContainer(value)) {
      mergeValue(present as JsonObject, value as JsonObject, types);
    }
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** Sets an own property even if its name is `__proto__`, which a client may use as an alias. */
export function setOwn(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}
