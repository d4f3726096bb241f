import type { CompiledFetch } from './compiled.fetch.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './merge.ts';
import type { RepresentationBuilder } from './representation.ts';
import { explainUnasked } from './unasked.entities.ts';

/** The objects that each representation stands for. */
export type TargetsByRepresentation = Map<string, JsonObject[]>;

/** Representations of those of the objects that have one: equal ones once. */
export function representAll(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  entities: readonly JsonObject[],
  execution: Execution,
): TargetsByRepresentation {
  const targets: TargetsByRepresentation = new Map();
  const lacking: JsonObject[] = [];
  for (const target of entities) {
    const representation = represent(target);
    if (representation === null) {
      lacking.push(target);
      continue;
    }
    const same = targets.get(representation);
    if (same) same.push(target);
    else targets.set(representation, [target]);
  }
  if (lacking.length) explainUnasked(fetch, represent, lacking, execution);
  return targets;
}
