import type { CompiledFetch } from './compiled.fetch.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './merge.ts';
import type { RepresentationBuilder } from './representation.ts';
import { explainSkipped } from './skipped.entities.ts';

/** Objects of the answer by their common representation. */
export type TargetsByRepresentation = Map<string, JsonObject[]>;

/** Builds the representations of entities, equal ones once. Entities that lack required fields are skipped. */
export function representAll(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  entities: readonly JsonObject[],
  execution: Execution,
): TargetsByRepresentation {
  const targets: TargetsByRepresentation = new Map();
  const incomplete: JsonObject[] = [];
  for (const target of entities) {
    const representation = represent(target);
    if (representation === null) {
      incomplete.push(target);
      continue;
    }
    const same = targets.get(representation);
    if (same) same.push(target);
    else targets.set(representation, [target]);
  }
  if (incomplete.length) explainSkipped(fetch, represent, incomplete, execution);
  return targets;
}
