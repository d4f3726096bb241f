import type { GraphQLFormattedError } from 'graphql';
import { addExplained, originOf } from '../request/error.origin.ts';
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

/**
 * Adds a fetch's errors to those of the execution. A shareable field may be fetched from two subgraphs that both fail: the
 * specification allows one error for a field (6.4.4), so that the first is kept, and explains what the second would.
 */
export function report(errors: readonly GraphQLFormattedError[], { errors: reported }: Execution): void {
  const known = reported.length ? new Map(reported.map((error, index) => [JSON.stringify(error.path), index])) : null;
  for (const error of errors) {
    const index = error.path && known?.get(JSON.stringify(error.path));
    const first = index === undefined ? undefined : reported[index];
    if (!first || first.extensions?.service === error.extensions?.service) reported.push(error);
    else addExplained(first, originOf(error).explains ?? []);
  }
}
