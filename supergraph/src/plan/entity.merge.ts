import type { GraphQLFormattedError } from 'graphql';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { Execution } from './execution.ts';
import { type JsonObject, mergeCopyInto, mergeInto } from './merge.ts';

/** @param isKept whether the entity must stay unchanged, because it will be merged at further positions */
export function mergeEntity(
  fetch: CompiledFetch,
  targets: readonly JsonObject[],
  entity: unknown,
  isKept: boolean,
): void {
  if (!isEntity(entity)) return;
  // Each position in the answer needs objects of its own, because later fetches merge into them.
  const last = isKept ? targets.length : targets.length - 1;
  for (let copy = 0; copy < last; copy += 1) mergeCopyInto(targets[copy] as JsonObject, entity, fetch.types);
  if (!isKept) mergeInto(targets[last] as JsonObject, entity, fetch.types);
}

export function isEntity(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function report(errors: readonly GraphQLFormattedError[], execution: Execution): void {
  for (const error of errors) execution.errors.push(error);
}
